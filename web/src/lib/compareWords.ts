/** A comparison in words: what changed, by how much, and how sure that is. */

import { formatShare, formatValue, UNKNOWN } from "./format";

/** What the words need to know of a measure; the API's ComparedMeasure has it. */
export interface Compared {
  name: string;
  unit: string;
  left: number | null;
  right: number | null;
  difference: number | null;
  ratio: number | null;
  low: number | null;
  high: number | null;
  change: "better" | "worse" | "lower" | "higher" | "unclear" | "unknown";
  greater_ratio: number | null;
}

/** The measure as a subject, and its adjectives for less and for more. */
const SUBJECTS: Record<string, readonly [subject: string, less: string, more: string]> = {
  cost_mean_usd: ["A call", "cheaper", "dearer"],
  input_mean_tokens: ["The input", "shorter", "longer"],
  output_mean_tokens: ["The output", "shorter", "longer"],
  duration_p50_ns: ["A typical call", "faster", "slower"],
  duration_p95_ns: ["The slowest calls", "faster", "slower"],
  time_to_first_token_p50_ns: ["The first token", "sooner", "later"],
  time_per_output_token_p50_ns: ["Each further token", "faster", "slower"],
  error_ratio: ["Errors", "rarer", "more frequent"],
};

/** Short names for charts and tables. */
export const MEASURE_NAMES: Record<string, string> = {
  cost_mean_usd: "Cost a call",
  input_mean_tokens: "Input tokens a call",
  output_mean_tokens: "Output tokens a call",
  duration_p50_ns: "Duration, median",
  duration_p95_ns: "Duration, p95",
  time_to_first_token_p50_ns: "Time to first token",
  time_per_output_token_p50_ns: "Time per output token",
  error_ratio: "Error rate",
};

export function unitOf({ name, unit }: Pick<Compared, "name" | "unit">): string {
  return name.endsWith("_ratio") ? "ratio" : unit;
}

/** One sentence on a measure whose change is clear: A typical call is 45% slower: 1.45 s instead of 1 s. */
export function changeInWords(measure: Compared): string {
  const [subject, less, more] = SUBJECTS[measure.name] ?? [measure.name, "lower", "higher"];
  const unit = unitOf(measure);
  const verb = subject.endsWith("s") ? "are" : "is";
  const size = measure.ratio === null ? "" : `${formatShare(Math.abs(measure.ratio - 1))} `;
  const word = (measure.difference ?? 0) < 0 ? less : more;
  return `${subject} ${verb} ${size}${word}: ${formatValue(measure.right, unit)} instead of ${formatValue(measure.left, unit)}.`;
}

/** The whole comparison in a few words: what got worse first. */
export function summary(measures: readonly Compared[]): string {
  const count = (change: Compared["change"]) => measures.filter((measure) => measure.change === change).length;
  const [worse, better, moved] = [count("worse"), count("better"), count("lower") + count("higher")];
  if (worse + better + moved === 0) {
    return count("unclear") > 0 ? "No clear difference: chance alone would do this." : "Too few calls to say anything.";
  }
  const parts = [
    worse > 0 ? `${worse} worse` : "",
    better > 0 ? `${better} better` : "",
    moved > 0 ? `${moved} changed that ${moved === 1 ? "is" : "are"} neither` : "",
  ].filter(Boolean);
  const rest = count("unclear");
  return `${parts.join(", ")}${rest > 0 ? `; no clear difference in ${rest}` : ""}.`;
}

/** The interval of the difference: +0.9 s to +1.3 s. */
export function intervalInWords({ low, high, ...measure }: Compared): string {
  if (low === null || high === null) return UNKNOWN;
  return `${formatSigned(low, unitOf(measure))} to ${formatSigned(high, unitOf(measure))}`;
}

/** A number with its sign: +1.2 s, −3.4%; ±0 for none. */
export function formatSigned(value: number | null, unit: string): string {
  if (value === null) return UNKNOWN;
  if (value === 0) return "±0";
  return `${value > 0 ? "+" : "−"}${formatValue(Math.abs(value), unit)}`;
}

/** The difference and its interval as shares of the left value, for one axis; null where the left is 0 or unknown. */
export function relative({ left, difference, low, high }: Compared): { at: number; low: number; high: number } | null {
  if (!left || difference === null || low === null || high === null) return null;
  return { at: difference / left, low: low / left, high: high / left };
}
