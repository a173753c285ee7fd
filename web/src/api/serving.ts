/** What the pages of servers and machines ask the API, and what is asked beside a call. */

import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { getJson, type Parameters } from "./client";
import type { HostList, ServerList, SpanServing } from "./types";

/** The model servers that reported in the range. */
export function servers(range: Parameters, refetchInterval: number | false) {
  return queryOptions({
    queryKey: ["serving", range],
    queryFn: ({ signal }) => getJson<ServerList>("/serving", range, signal),
    placeholderData: keepPreviousData,
    refetchInterval,
  });
}

/** The machines that were reported of in the range. */
export function hosts(range: Parameters, refetchInterval: number | false) {
  return queryOptions({
    queryKey: ["hosts", range],
    queryFn: ({ signal }) => getJson<HostList>("/hosts", range, signal),
    placeholderData: keepPreviousData,
    refetchInterval,
  });
}

/** What the servers and machines of a call did while it ran. */
export function spanServing(trace_id: string, span_id: string, project: string | undefined) {
  const path = `/traces/${encodeURIComponent(trace_id)}/spans/${encodeURIComponent(span_id)}/serving`;
  return queryOptions({
    queryKey: ["span-serving", trace_id, span_id, project],
    queryFn: ({ signal }) => getJson<SpanServing>(path, { project }, signal),
    staleTime: 30_000,
  });
}
