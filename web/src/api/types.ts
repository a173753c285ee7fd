/** The names that the screens give to the answers of the API. */

export interface TraceSummary {
  trace_id: string;
  start_time: string;
  duration_ns: number;
  name: string;
  service_name: string;
  environment: string;
  release: string;
  span_count: number;
  error_count: number;
  model_call_count: number;
  models: string[];
  input_tokens: number | null;
  output_tokens: number | null;
  cost_usd: number | null;
  unpriced_count: number;
  time_to_first_token_ns: number | null;
  session_id: string;
  user_id: string;
  input_preview: string;
  output_preview: string;
  root_is_missing: boolean;
}

export interface TracePage {
  traces: TraceSummary[];
  next_cursor: string | null;
}

export interface SpanNode {
  span_id: string;
  parent_span_id: string;
  depth: number;
  name: string;
  kind: string;
  start_time: string;
  start_offset_ns: number;
  duration_ns: number;
  status_code: string;
  status_message: string;
  error_type: string;
  service_name: string;
  operation_name: string;
  is_model_call: boolean;
  provider_name: string;
  model: string;
  tool_name: string;
  agent_name: string;
  input_tokens: number | null;
  output_tokens: number | null;
  cost_usd: number | null;
  time_to_first_token_ns: number | null;
  is_orphan: boolean;
  marks: string[];
}

export interface Trace {
  trace_id: string;
  summary: TraceSummary;
  spans: SpanNode[];
  is_truncated: boolean;
}

/** Every column of a span under its name in the vocabulary. */
export type SpanColumns = Record<string, unknown>;

export interface LogRecord {
  time: string;
  severity_text: string;
  severity_number: number;
  body: string;
  service_name: string;
  span_id: string;
  is_cut: boolean;
}

export interface UsageSeries {
  group: Record<string, unknown>;
  total: Record<string, number | null>;
  values: Record<string, (number | null)[]>;
}

export interface Usage {
  start: string;
  end: string;
  interval_s: number;
  times: string[];
  series: UsageSeries[];
}

export interface Project {
  id: string;
  name: string;
}
