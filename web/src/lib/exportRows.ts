/** Traces as files: CSV for spreadsheets, JSON lines for programs. */

import type { TraceSummary } from "../api/types";
import type { TraceColumn, TraceColumnId } from "./traceColumns";

/** The fields of the API behind each column. */
const FIELDS: Record<TraceColumnId, readonly (keyof TraceSummary)[]> = {
  time: ["start_time"],
  trace: ["name"],
  text: ["input_preview", "output_preview"],
  model: ["models"],
  tokens: ["input_tokens", "output_tokens"],
  cost: ["cost_usd", "unpriced_count"],
  duration: ["duration_ns"],
  first_token: ["time_to_first_token_ns"],
  status: ["error_count"],
  service: ["service_name"],
  environment: ["environment"],
  release: ["release"],
  session: ["session_id"],
  user: ["user_id"],
  spans: ["span_count"],
  calls: ["model_call_count"],
  trace_id: [],
};

/** The rows as CSV (RFC 4180), with the fields behind the chosen columns, under the API's own names with their units. */
export function toCsv(rows: readonly TraceSummary[], columns: readonly TraceColumn[]): string {
  const fields = ["trace_id", ...columns.flatMap((column) => FIELDS[column.id])] as (keyof TraceSummary)[];
  const lines = rows.map((row) => fields.map((field) => cell(row[field])).join());
  return [fields.join(), ...lines, ""].join("\r\n");
}

/** The rows as JSON, one a line, as the API gave them. */
export function toJsonLines(rows: readonly TraceSummary[]): string {
  return rows.map((row) => `${JSON.stringify(row)}\n`).join("");
}

function cell(value: TraceSummary[keyof TraceSummary]): string {
  if (value === null || value === undefined) return "";
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  const text = Array.isArray(value) ? value.join(" ") : value;
  // a spreadsheet would run what begins so as a formula, and prompts are written by anybody
  const harmless = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}
