/** What the first page asks: little, and of rollups. */

import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { MOVED, type Moved, previousRange, SPLITS, type Split } from "../lib/overview";
import { DEFAULT_START } from "../lib/range";
import type { RangeSearch } from "../lib/search";
import { rangeParameters } from "../lib/search";
import { getJson } from "./client";
import type { FacetList, Movers, Usage } from "./types";

const CALLS = "is_model_call:true";

/** Somebody waits for it: an estimate that says so is better than an exact answer after seconds. */
const QUICK = { precision: "quick" };

/** One bucket, whatever the range: only the totals are wanted. */
const WHOLE = "520w";

const FIGURES = [
  "span_count",
  "error_count",
  "input_tokens",
  "output_tokens",
  "cost_usd",
  "unpriced_count",
  "duration_p50_ns",
  "duration_p95_ns",
  "duration_p99_ns",
  "time_to_first_token_p50_ns",
  "time_to_first_token_p95_ns",
  "output_tokens_per_s",
].join();

/** Most groups of the charts and of the table; the others are taken together. */
const MOST_GROUPS = 7;
const MOST_MOVERS = 8;
const MOST_ERRORS = 8;

/** How often the stretch before is asked for, in milliseconds. */
const BEFORE_INTERVAL_MS = 60_000;

type Interval = number | false;

/** Calls to models over time: all of them, or by what they are told apart by. */
export function callUsage(search: RangeSearch, by: Split | undefined, refetchInterval: Interval) {
  const parameters = {
    ...rangeParameters(search),
    filter: CALLS,
    measures: FIGURES,
    group_by: by && SPLITS[by],
    limit: by && MOST_GROUPS,
  };
  return queryOptions({
    queryKey: ["overview-calls", parameters],
    queryFn: ({ signal }) => getJson<Usage>("/usage", { ...parameters, ...QUICK }, signal),
    refetchInterval,
    placeholderData: keepPreviousData,
  });
}

/** The same as totals of the stretch of time before; null when there is none. */
export function callUsageBefore(search: RangeSearch, refetchInterval: Interval) {
  const { project, start = DEFAULT_START, end } = rangeParameters(search);
  return queryOptions({
    queryKey: ["overview-before", project, start, end],
    queryFn: async ({ signal }) => {
      const range = previousRange(start, end, Date.now());
      if (range === null) return null;
      const parameters = { project, ...range, filter: CALLS, measures: FIGURES, interval: WHOLE };
      return (await getJson<Usage>("/usage", { ...parameters, ...QUICK }, signal)).series[0]?.total ?? null;
    },
    // the stretch before moves slowly, and asking for it costs as much as asking for the present
    refetchInterval: refetchInterval === false ? false : () => BEFORE_INTERVAL_MS,
    placeholderData: keepPreviousData,
  });
}

/** Totals of each group, for the table. */
export function callGroups(search: RangeSearch, by: Split, refetchInterval: Interval) {
  const parameters = {
    ...rangeParameters(search),
    filter: CALLS,
    measures: FIGURES,
    group_by: SPLITS[by],
    limit: MOST_GROUPS,
    interval: WHOLE,
  };
  return queryOptions({
    queryKey: ["overview-groups", parameters],
    queryFn: ({ signal }) => getJson<Usage>("/usage", { ...parameters, ...QUICK }, signal),
    refetchInterval,
    placeholderData: keepPreviousData,
  });
}

/** Tool calls over time, by tool. */
export function toolUsage(search: RangeSearch, refetchInterval: Interval) {
  const parameters = {
    ...rangeParameters(search),
    filter: "has:tool_name",
    measures: "span_count,error_count,duration_p95_ns",
    group_by: "tool_name",
    limit: MOST_GROUPS,
  };
  return queryOptions({
    queryKey: ["overview-tools", parameters],
    queryFn: ({ signal }) => getJson<Usage>("/usage", { ...parameters, ...QUICK }, signal),
    refetchInterval,
    placeholderData: keepPreviousData,
  });
}

/** What made the difference against the stretch before. */
export function topMovers(search: RangeSearch, moved: Moved, refetchInterval: Interval) {
  // each of these measures counts its own spans, and without a filter the rollups answer
  const parameters = { ...rangeParameters(search), measure: MOVED[moved].measure, limit: MOST_MOVERS };
  return queryOptions({
    queryKey: ["overview-movers", parameters],
    queryFn: ({ signal }) => getJson<Movers>("/movers", parameters, signal),
    refetchInterval,
    placeholderData: keepPreviousData,
  });
}

/** What went wrong in the range, by the type of the error. */
export function errorTypes(search: RangeSearch, refetchInterval: Interval) {
  const parameters = { ...rangeParameters(search), fields: "error_type", filter: "status:error", limit: MOST_ERRORS };
  return queryOptions({
    queryKey: ["overview-errors", parameters],
    queryFn: async ({ signal }) => (await getJson<FacetList>("/facets", parameters, signal)).facets[0] ?? null,
    refetchInterval,
    placeholderData: keepPreviousData,
  });
}

/** How many spans there are, calls to models or not; asked only where no model was called. */
export function anySpans(search: RangeSearch, isAsked: boolean, refetchInterval: Interval) {
  const parameters = { ...rangeParameters(search), measures: "span_count", interval: WHOLE };
  return queryOptions({
    queryKey: ["overview-spans", parameters],
    queryFn: async ({ signal }) =>
      (await getJson<Usage>("/usage", { ...parameters, ...QUICK }, signal)).series[0]?.total.span_count ?? 0,
    enabled: isAsked,
    refetchInterval,
  });
}
