/** What the metrics explorer shows: a few questions of metrics, as the address holds them. */

import { dropMissing, type RangeSearch, readRangeSearch, text } from "./search";

/** One metric and what is made of it. */
export interface MetricQuery {
  name: string;
  /** Type, where the name has several. */
  type?: string;
  /** What is made of its points; the usual of the type when missing. */
  aggregation?: string;
  /** What lines are told apart by; columns and attributes.KEY. */
  by?: string[];
  filter?: string;
  /** Shares from 0 to 1, for the aggregation quantile. */
  quantiles?: number[];
}

export interface MetricsSearch extends RangeSearch {
  /** The questions as JSON, in the order in which they are shown. */
  queries?: string;
}

/** Most metrics that are shown at once. */
export const MOST_QUERIES = 8;

/** The aggregation that is drawn as a heat map and asked of another route. */
export const HEAT_MAP = "heat map";

const QUANTILES = [0.5, 0.95, 0.99];
const QUANTILES_OF_GROUPS = [0.95];

/** The quantiles that a question is asked with: of many groups one each, else there would be too many lines. */
export function quantilesOf({ quantiles, by }: MetricQuery): number[] {
  return quantiles ?? (by === undefined ? QUANTILES : QUANTILES_OF_GROUPS);
}

export function readMetricsSearch(search: Record<string, unknown>): MetricsSearch {
  return dropMissing({ ...readRangeSearch(search), queries: writeQueries(readQueries(text(search.queries))) });
}

/** The questions in an address; what cannot be read is passed over. */
export function readQueries(queries: string | undefined): MetricQuery[] {
  if (queries === undefined) return [];
  let found: unknown;
  try {
    found = JSON.parse(queries);
  } catch {
    return [];
  }
  if (!Array.isArray(found)) return [];
  return found.flatMap(readQuery).slice(0, MOST_QUERIES);
}

/** Questions as an address has them; undefined when there are none. */
export function writeQueries(queries: readonly MetricQuery[]): string | undefined {
  return queries.length === 0 ? undefined : JSON.stringify(queries);
}

/** The questions with the one at `index` changed; what is undefined in `part` is left out. */
export function changeQuery(queries: readonly MetricQuery[], index: number, part: Partial<MetricQuery>): MetricQuery[] {
  return queries.map((query, at) => (at === index ? dropMissing({ ...query, ...part }) : query));
}

/** Whether the address asks for this metric. */
export function asksFor(queries: readonly MetricQuery[], metric: { name: string; type: string }): boolean {
  return queries.some(({ name, type }) => name === metric.name && (type === undefined || type === metric.type));
}

/** The unit of what an aggregation gives: a second's for rates, none for counts of observations. */
export function unitOf(unit: string, type: string, aggregation: string): string {
  if (aggregation !== "rate" && aggregation !== "increase") return unit;
  const counted = type === "sum" ? unit.replace(/^\{(.*)\}$/, "$1") : "";
  if (aggregation === "increase") return type === "sum" ? unit : "";
  return counted === "" || counted === "1" ? "1/s" : `${counted}/s`;
}

/** What a chart says that it aggregates, before its interval. */
export function describeAggregation(type: string, aggregation: string): string {
  const observed = type === "histogram" || type === "exponential_histogram" || type === "summary";
  switch (aggregation) {
    case "rate":
      return observed ? "observations a second" : "increase a second, all series together";
    case "increase":
      return observed ? "observations" : "increase, all series together";
    case "quantile":
      return type === "summary" ? "quantiles that the series report, their mean" : "quantiles of the observations";
    case "avg":
      return observed ? "mean of the observations" : "mean over the series";
    case "min":
      return "least of the series";
    case "max":
      return "greatest of the series";
    case "last":
      return "latest point of all series";
    case "sum":
      return "sum over the series";
    default:
      return "observations in each of the histogram's buckets";
  }
}

/** What a chart says where histograms of different bounds were put together. */
export const SPREAD = "; bounds differ, spread evenly within each bucket";

/** What a line is called: p95 · gpt-4o · eu. */
export function lineName(group: Record<string, unknown>, quantile: number | null, otherwise: string): string {
  const values = Object.values(group).map((value) => (value === "" || value === null ? "(none)" : String(value)));
  const parts = quantile === null ? values : [`p${Number((quantile * 100).toFixed(4))}`, ...values];
  return parts.join(" · ") || otherwise;
}

function readQuery(value: unknown): MetricQuery[] {
  if (typeof value !== "object" || value === null) return [];
  const said = value as Record<string, unknown>;
  const name = text(said.name);
  if (name === undefined) return [];
  const by = texts(said.by).slice(0, 3);
  const quantiles = Array.isArray(said.quantiles)
    ? said.quantiles.filter((share) => typeof share === "number" && share >= 0 && share <= 1).slice(0, 10)
    : [];
  return [
    dropMissing({
      name,
      type: text(said.type),
      aggregation: text(said.aggregation),
      by: by.length > 0 ? by : undefined,
      filter: text(said.filter),
      quantiles: quantiles.length > 0 ? (quantiles as number[]) : undefined,
    }),
  ];
}

function texts(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((it) => typeof it === "string" && it !== "") : [];
}
