/** What the page of one trace asks beside the trace itself: spans by their text, and the answers as they came. */

import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { quoteValue } from "../lib/search";
import { getJson, type Parameters } from "./client";
import type { SpanPage, Trace, TracePage } from "./types";

/** Traces that are offered beside another one. */
const MOST_LIKE = 20;

/** Most spans that a search in messages finds. */
const MOST_FOUND = 1000;

/** Ids of the spans of a trace whose messages, arguments or results hold a text. */
export function spansWithText(
  trace_id: string,
  project: string | undefined,
  text: string,
  range: { start: string; end: string },
) {
  const words = text.trim();
  return queryOptions({
    queryKey: ["spans-with-text", trace_id, project, words, range],
    queryFn: async ({ signal }) => {
      const filter = `trace_id:${trace_id} "${words.replace(/[\\"]/g, "\\$&")}"`;
      const { spans } = await getJson<SpanPage>("/spans", { filter, project, ...range, limit: MOST_FOUND }, signal);
      return new Set(spans.map((span) => span.span_id));
    },
    enabled: words.length > 1,
    placeholderData: keepPreviousData,
    staleTime: 30_000,
    retry: false,
  });
}

/** The latest traces of the same name and service as one that is known.
 *
 * @param range project, start and end
 */
export function tracesLike(summary: Trace["summary"] | undefined, range: Parameters) {
  const filter = summary && `name:${quoteValue(summary.name)} service:${quoteValue(summary.service_name)}`;
  return queryOptions({
    queryKey: ["traces-like", filter, range],
    queryFn: async ({ signal }) =>
      (await getJson<TracePage>("/traces", { ...range, filter, limit: MOST_LIKE }, signal)).traces,
    enabled: filter !== undefined,
  });
}

/** The API's answer about a trace as it came, digit by digit. */
export function traceText(trace_id: string, project: string | undefined): Promise<string> {
  return getJson<string>(`/traces/${encodeURIComponent(trace_id)}`, { project }, undefined, (text) => text);
}

/** The API's answer about a span as it came, digit by digit. */
export function spanText(trace_id: string, span_id: string, project: string | undefined) {
  const path = `/traces/${encodeURIComponent(trace_id)}/spans/${encodeURIComponent(span_id)}`;
  return queryOptions({
    queryKey: ["span-text", trace_id, span_id, project],
    queryFn: ({ signal }) => getJson<string>(path, { project }, signal, (text) => text),
    gcTime: 0,
  });
}
