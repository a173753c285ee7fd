/** What the first page shows, from usage: figures against the stretch before, series of charts, and where each place leads. */

import { formatChange, type Unit } from "./format";
import { resolveTime } from "./range";
import { dropMissing, quoteValue, type RangeSearch, readRangeSearch } from "./search";

/** What charts and the table are told apart by. */
export const SPLITS = { service: "service_name", model: "model", release: "release" } as const;
export type Split = keyof typeof SPLITS;

/** What can have moved, with the filter of the spans that it counts. */
export const MOVED = {
  cost: { measure: "cost_usd", title: "Cost", filter: "" },
  latency: { measure: "duration_mean_ns", title: "Latency", filter: "" },
  errors: { measure: "error_count", title: "Errors", filter: "status:error" },
  calls: { measure: "model_call_count", title: "Calls", filter: "is_model_call:true" },
} as const;
export type Moved = keyof typeof MOVED;

export interface OverviewSearch extends RangeSearch {
  by?: Split;
  moved?: Moved;
}

export function readOverviewSearch(search: Record<string, unknown>): OverviewSearch {
  const oneOf = <Name extends string>(names: Record<Name, unknown>, value: unknown) =>
    typeof value === "string" && Object.hasOwn(names, value) ? (value as Name) : undefined;
  return dropMissing({
    ...readRangeSearch(search),
    by: oneOf<Split>(SPLITS, search.by),
    moved: oneOf<Moved>(MOVED, search.moved),
  });
}

/** The stretch of the same length before a range, RFC 3339; null when the range cannot be read. */
export function previousRange(
  start: string,
  end: string | undefined,
  now_ms: number,
): { start: string; end: string } | null {
  const start_ms = resolveTime(start, now_ms);
  const length_ms = resolveTime(end ?? "now", now_ms) - start_ms;
  if (!(length_ms > 0) || start_ms < length_ms) return null;
  return { start: new Date(start_ms - length_ms).toISOString(), end: new Date(start_ms).toISOString() };
}

type Measures = Readonly<Record<string, number | null>>;

/** One number of the strip on top. */
export interface Figure {
  label: string;
  value: number | null;
  unit: Unit;
  /** How it changed, in words; empty when nothing is known of the stretch before. */
  change: string;
  /** Whether the change is good or bad; nothing where it is neither. */
  mood: "good" | "bad" | "";
  note: string;
}

const FIGURES: {
  label: string;
  unit: Unit;
  read: (of: Measures) => number | null;
  better: "less" | "more" | "neither";
}[] = [
  { label: "Model calls", unit: "", read: (of) => of.span_count ?? null, better: "neither" },
  { label: "Errors", unit: "ratio", read: errorRatio, better: "less" },
  { label: "Tokens", unit: "", read: (of) => plus(of.input_tokens, of.output_tokens), better: "neither" },
  { label: "Cost", unit: "usd", read: (of) => of.cost_usd ?? null, better: "less" },
  { label: "Latency p50", unit: "ns", read: (of) => of.duration_p50_ns ?? null, better: "less" },
  { label: "p95", unit: "ns", read: (of) => of.duration_p95_ns ?? null, better: "less" },
  { label: "p99", unit: "ns", read: (of) => of.duration_p99_ns ?? null, better: "less" },
  { label: "First token p95", unit: "ns", read: (of) => of.time_to_first_token_p95_ns ?? null, better: "less" },
  { label: "Tokens out /s", unit: "", read: (of) => of.output_tokens_per_s ?? null, better: "more" },
];

/** Changes smaller than this are not called good or bad. */
const NOTABLE_RATIO = 0.05;

export function figuresOf(now: Measures, before: Measures | undefined): Figure[] {
  return FIGURES.map(({ label, unit, read, better }) => {
    const value = read(now);
    const earlier = before ? read(before) : null;
    return {
      label,
      unit,
      value,
      change: formatChange(value, earlier),
      mood: moodOf(value, earlier, better),
      note: noteOf(label, now),
    };
  });
}

function moodOf(value: number | null, before: number | null, better: "less" | "more" | "neither"): Figure["mood"] {
  if (value === null || before === null || before === 0 || better === "neither") return "";
  const change = value / before - 1;
  if (Math.abs(change) < NOTABLE_RATIO) return "";
  return change < 0 === (better === "less") ? "good" : "bad";
}

function noteOf(label: string, of: Measures): string {
  if (label === "Cost" && (of.unpriced_count ?? 0) > 0) return `without ${of.unpriced_count} calls of unknown price`;
  return "";
}

function errorRatio(of: Measures): number | null {
  return of.span_count ? (of.error_count ?? 0) / of.span_count : null;
}

function plus(one: number | null | undefined, other: number | null | undefined): number | null {
  return one == null && other == null ? null : (one ?? 0) + (other ?? 0);
}

/** A group's values over time, as the API answers them. */
export interface UsageSeries {
  group: Readonly<Record<string, unknown>>;
  is_other: boolean;
  total: Measures;
  values: Readonly<Record<string, readonly (number | null)[]>>;
}

/** What a group is called where it is told apart by `dimension`. */
export function groupName(series: UsageSeries, dimension: string | undefined): string {
  if (dimension === undefined) return "all";
  return series.is_other ? "all others" : String(series.group[dimension] ?? "") || "(none)";
}

/** A series as the charts take it. */
export interface ChartSeries {
  name: string;
  values: (number | null)[];
  kind?: "line" | "area" | "bar";
  stack?: string;
  color?: string;
}

/** One measure of each group over time. */
export function seriesOf(
  groups: readonly UsageSeries[],
  dimension: string | undefined,
  measure: string,
  kind: NonNullable<ChartSeries["kind"]> = "line",
): ChartSeries[] {
  return groups.map((series) => ({
    name: groupName(series, dimension),
    values: [...(series.values[measure] ?? [])],
    kind,
    ...(kind === "line" ? {} : { stack: "all" }),
    ...(series.is_other && { color: "var(--wg-dim)" }),
  }));
}

/** Several measures of all that was counted, over time. */
export function measuresOf(
  all: UsageSeries | undefined,
  measures: Record<string, string>,
  color?: Record<string, string>,
): ChartSeries[] {
  return Object.entries(measures).map(([name, measure]) => ({
    name,
    values: [...(all?.values[measure] ?? [])],
    ...(color?.[name] && { color: color[name] }),
  }));
}

/** The part of calls that failed, over time; unknown where nothing was called. */
export function errorRatios(series: UsageSeries): (number | null)[] {
  const { span_count = [], error_count = [] } = series.values;
  return span_count.map((count, index) => (count ? (error_count[index] ?? 0) / count : null));
}

/** A condition that a column has a value, or none where it is empty. */
export function isValue(column: string, value: string): string {
  return value === "" ? `-has:${column}` : `${column}:${quoteValue(value)}`;
}

/** The conditions of a group with all its values. */
export function isGroup(group: Readonly<Record<string, unknown>>): string {
  return Object.entries(group)
    .map(([column, value]) => isValue(column, String(value ?? "")))
    .join(" ");
}

/** A condition for what took at least so long, a little less than was said: percentiles are good to 2 %. */
export function tookAtLeast(duration_ns: number | null | undefined): string {
  if (duration_ns == null || duration_ns < 1e6) return "";
  return `duration>${Math.floor((duration_ns * 0.97) / 1e6)}ms`;
}

/** The filter from conditions, without those that are empty. */
export function allOf(...conditions: string[]): string {
  return conditions.filter((condition) => condition !== "").join(" ");
}

/** The end of the bucket that begins at `time`, RFC 3339. */
export function bucketEnd(time: string, interval_s: number): string {
  return new Date(Date.parse(time.replace(/(\.\d{3})\d+/, "$1")) + interval_s * 1000).toISOString();
}
