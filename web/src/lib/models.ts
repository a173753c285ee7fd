/** What the pages of models and comparisons read from their address, and what they show. */

import { dropMissing, type ListSearch, readListSearch, text } from "./search";

/** What is drawn over time; the names are the API's. */
export const MODEL_MEASURES = {
  cost_usd: { title: "Cost", aggregates: "sum", unit: "usd" },
  model_call_count: { title: "Calls", aggregates: "count", unit: "" },
  error_count: { title: "Errors", aggregates: "count of failed calls", unit: "" },
  duration_p50_ns: { title: "Duration p50", aggregates: "median of a call's duration", unit: "ns" },
  duration_p95_ns: { title: "Duration p95", aggregates: "95th percentile of a call's duration", unit: "ns" },
  time_to_first_token_p50_ns: { title: "First token p50", aggregates: "median time to first token", unit: "ns" },
  output_tokens_per_s: { title: "Speed", aggregates: "output tokens over the time of the calls", unit: "tokens/s" },
} as const;

export type ModelMeasure = keyof typeof MODEL_MEASURES;

/** What the page of models is asked for. */
export interface ModelsSearch extends ListSearch {
  /** What is drawn; cost when missing. */
  measure?: ModelMeasure;
  /** Column that is sorted by, with a minus when it falls; the most called first when missing. */
  by?: string;
}

/** By what calls can be told apart. */
export const DIMENSIONS: Record<string, string> = {
  model: "Model",
  release: "Release",
  prompt_version: "Prompt version",
  provider: "Provider",
  service: "Service",
  environment: "Environment",
  agent: "Agent",
};

/** What a comparison is asked for. */
export interface ComparisonSearch extends ListSearch {
  /** A name of DIMENSIONS, or any other that usage can be grouped by; release when missing. */
  dimension?: string;
  /** What is compared with. */
  left?: string;
  /** What is said to have changed. */
  right?: string;
}

export function readModelsSearch(search: Record<string, unknown>): ModelsSearch {
  const measure = text(search.measure);
  const isKnown = measure !== undefined && Object.hasOwn(MODEL_MEASURES, measure);
  return dropMissing({
    ...readListSearch(search),
    measure: isKnown ? (measure as ModelMeasure) : undefined,
    by: text(search.by),
  });
}

export function readComparisonSearch(search: Record<string, unknown>): ComparisonSearch {
  return dropMissing({
    ...readListSearch(search),
    dimension: text(search.dimension),
    left: text(search.left),
    right: text(search.right),
  });
}

/** The two sides that are compared: those chosen, else the two with the most calls, the older name on the left. */
export function chooseSides(
  search: { left?: string; right?: string },
  values: readonly string[],
): [left: string | undefined, right: string | undefined] {
  const free = values.filter((value) => value !== search.left && value !== search.right);
  if (search.left !== undefined || search.right !== undefined) return [search.left ?? free[0], search.right ?? free[0]];
  const [first, second] = free.slice(0, 2).toSorted((one, other) => one.localeCompare(other, "en", { numeric: true }));
  return [first, second];
}

/** Rows by a number of theirs, what is not known last. */
export function sortedBy<Row>(rows: readonly Row[], numberOf: (row: Row) => number | null, isRising: boolean): Row[] {
  return rows.toSorted((one, other) => {
    const [a, b] = [numberOf(one), numberOf(other)];
    if (a === null || b === null) return Number(a === null) - Number(b === null);
    return isRising ? a - b : b - a;
  });
}

/** One number over another, null when either is not known or there is nothing to divide by. */
export function share(part: number | null, whole: number): number | null {
  return part === null || whole === 0 ? null : part / whole;
}
