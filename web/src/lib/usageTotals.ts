/** What a range adds up to, from usage that is told apart by whether a span is a call to a model. */

/** What is needed of a group's usage. */
interface Series {
  group: Readonly<Record<string, unknown>>;
  total: Readonly<Record<string, number | null>>;
  values: Readonly<Record<string, readonly (number | null)[]>>;
}

/** Figures of a range; null where nothing says them. */
export interface UsageTotals {
  span_count: number;
  error_count: number;
  model_call_count: number;
  input_tokens: number | null;
  output_tokens: number | null;
  cost_usd: number | null;
  unpriced_count: number;
  /** Of model calls; of all spans where no model was called. */
  duration_p50_ns: number | null;
  duration_p95_ns: number | null;
  time_to_first_token_p50_ns: number | null;
  time_to_first_token_p95_ns: number | null;
  /** Spans and failed spans of each bucket. */
  span_counts: number[];
  error_counts: number[];
}

/** The measures that `totalsOf` reads. */
export const TOTAL_MEASURES = [
  "span_count",
  "error_count",
  "input_tokens",
  "output_tokens",
  "cost_usd",
  "unpriced_count",
  "duration_p50_ns",
  "duration_p95_ns",
  "time_to_first_token_p50_ns",
  "time_to_first_token_p95_ns",
] as const;

/** Add up usage that was grouped by `is_model_call`. Counts are summed; quantiles cannot be, so they are the model calls'. */
export function totalsOf(series: readonly Series[], bucket_count: number): UsageTotals {
  const calls = series.find((it) => String(it.group.is_model_call) === "true");
  const typical = calls ?? series[0];
  const sum = (name: string) => series.reduce((total, it) => total + (it.total[name] ?? 0), 0);
  const sumBuckets = (name: string) =>
    Array.from({ length: bucket_count }, (_, index) =>
      series.reduce((total, it) => total + (it.values[name]?.[index] ?? 0), 0),
    );
  return {
    span_count: sum("span_count"),
    error_count: sum("error_count"),
    model_call_count: calls?.total.span_count ?? 0,
    input_tokens: calls?.total.input_tokens ?? null,
    output_tokens: calls?.total.output_tokens ?? null,
    cost_usd: calls?.total.cost_usd ?? null,
    unpriced_count: calls?.total.unpriced_count ?? 0,
    duration_p50_ns: typical?.total.duration_p50_ns ?? null,
    duration_p95_ns: typical?.total.duration_p95_ns ?? null,
    time_to_first_token_p50_ns: calls?.total.time_to_first_token_p50_ns ?? null,
    time_to_first_token_p95_ns: calls?.total.time_to_first_token_p95_ns ?? null,
    span_counts: sumBuckets("span_count"),
    error_counts: sumBuckets("error_count"),
  };
}
