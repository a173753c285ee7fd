/** What the screens ask the API, as TanStack Query's options: one function a question. */

import { infiniteQueryOptions, keepPreviousData, queryOptions } from "@tanstack/react-query";
import { parseExact } from "../lib/exactJson";
import type { Page } from "../lib/liveRows";
import { ApiError } from "../lib/problem";
import { toMilliseconds } from "../lib/time";
import { TOTAL_MEASURES } from "../lib/usageTotals";
import { getJson, type Parameters } from "./client";
import type { LogPage, ProjectList, SpanDetail, Trace, TracePage, TraceSummary, Usage } from "./types";

/** How often totals are asked for, in milliseconds; they cost more than a page of the list. */
const TOTALS_INTERVAL_MS = 10_000;

const PAGE_ROWS = 50;

/** Most logs of a trace that are shown, the latest. */
const MOST_LOGS = 200;

/** Try again only what may succeed the next time, and twice at most. */
export function shouldRetry(failures: number, error: Error): boolean {
  const isPassing = error instanceof ApiError && [0, 429, 502, 503, 504].includes(error.status);
  return isPassing && failures < 2;
}

/** One page of traces. */
export async function tracePage(
  parameters: Parameters,
  cursor: string | null,
  signal?: AbortSignal,
): Promise<Page<TraceSummary>> {
  const page = await getJson<TracePage>("/traces", { ...parameters, cursor, limit: PAGE_ROWS }, signal);
  return { rows: page.traces, next_cursor: page.next_cursor };
}

/** All pages of traces that were scrolled to; renewed only by what `latestTraces` finds. */
export function traceList(parameters: Parameters) {
  return infiniteQueryOptions({
    queryKey: ["traces", parameters],
    queryFn: ({ pageParam, signal }) => tracePage(parameters, pageParam, signal),
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.next_cursor,
    staleTime: Number.POSITIVE_INFINITY,
  });
}

/** The first page of traces, asked for again every `interval_ms` while the tab is seen; not at all when that is false. */
export function latestTraces(parameters: Parameters, interval_ms: number | false) {
  return queryOptions({
    queryKey: ["latest-traces", parameters],
    queryFn: ({ signal }) => tracePage(parameters, null, signal),
    enabled: interval_ms !== false,
    refetchInterval: interval_ms,
    retry: false,
  });
}

/** How long after its end a trace may still get spans, and is asked for again every so often, in milliseconds. */
const FILLING_MS = 60_000;
const FILLING_INTERVAL_MS = 3000;

/** One trace as a tree; asked for again while it is so young that spans of it may still arrive. */
export function oneTrace(trace_id: string, project: string | undefined) {
  return queryOptions({
    queryKey: ["trace", trace_id, project],
    queryFn: ({ signal }) => getJson<Trace>(`/traces/${encodeURIComponent(trace_id)}`, { project }, signal),
    refetchInterval: ({ state: { data } }) =>
      // the larger a trace, the more it costs to ask again
      data && isFilling(data.summary, Date.now()) ? FILLING_INTERVAL_MS + data.spans.length * 3 : false,
  });
}

function isFilling({ start_time, duration_ns }: Trace["summary"], now_ms: number): boolean {
  return now_ms - toMilliseconds(start_time) - duration_ns / 1e6 < FILLING_MS;
}

/** Every column of one span. */
export function oneSpan(trace_id: string, span_id: string, project: string | undefined) {
  const path = `/traces/${encodeURIComponent(trace_id)}/spans/${encodeURIComponent(span_id)}`;
  return queryOptions({
    queryKey: ["span", trace_id, span_id, project],
    queryFn: async ({ signal }) => (await getJson<SpanDetail>(path, { project }, signal, parseExact)).span,
    placeholderData: keepPreviousData,
  });
}

/** Logs that were written within a trace. */
export function traceLogs(trace_id: string, project: string | undefined, start: string, end: string) {
  return queryOptions({
    queryKey: ["logs", trace_id, project, start, end],
    queryFn: async ({ signal }) =>
      (await getJson<LogPage>("/logs", { trace_id, project, start, end, limit: MOST_LOGS }, signal)).logs,
  });
}

/** Totals and a course over time of everything that fits, calls to models apart from other spans. */
export function usage(parameters: Parameters, isLive: boolean) {
  return queryOptions({
    queryKey: ["usage", parameters],
    queryFn: ({ signal }) =>
      getJson<Usage>(
        "/usage",
        { ...parameters, group_by: "is_model_call", measures: TOTAL_MEASURES.join(), precision: "quick" },
        signal,
      ),
    // by the clock and not at every arrival, as questions are whose interval is a number
    refetchInterval: isLive ? () => TOTALS_INTERVAL_MS : false,
    placeholderData: keepPreviousData,
    retry: false,
  });
}

/** Projects that the reader may choose from; an answer of 403 means that the key is for one project. */
export function projects() {
  return queryOptions({
    queryKey: ["projects"],
    queryFn: async ({ signal }) => (await getJson<ProjectList>("/projects", {}, signal)).projects,
    staleTime: 60_000,
    retry: false,
  });
}
