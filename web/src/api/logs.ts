/** What the page of logs asks the API. */

import { infiniteQueryOptions, keepPreviousData, queryOptions } from "@tanstack/react-query";
import type { Page } from "../lib/liveRows";
import { type LogRow, nameRows } from "../lib/logs";
import { nextInstant } from "../lib/time";
import { getJson, type Parameters } from "./client";
import type { LogHistogram, LogPage } from "./types";

const PAGE_ROWS = 100;

async function logPage(parameters: Parameters, cursor: string | null, signal: AbortSignal): Promise<Page<LogRow>> {
  const page = await getJson<LogPage>("/logs", { ...parameters, cursor, limit: PAGE_ROWS }, signal);
  return { rows: nameRows(page.logs), next_cursor: page.next_cursor };
}

/** All pages of logs that were scrolled to; renewed only by what `latestLogs` finds. */
export function logList(parameters: Parameters) {
  return infiniteQueryOptions({
    queryKey: ["logs", parameters],
    queryFn: ({ pageParam, signal }) => logPage(parameters, pageParam, signal),
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.next_cursor,
    staleTime: Number.POSITIVE_INFINITY,
  });
}

/** The first page of logs, asked for again while the page is live. */
export function latestLogs(parameters: Parameters, refetchInterval: number | false, isOn: boolean) {
  return queryOptions({
    queryKey: ["latest-logs", parameters],
    queryFn: ({ signal }) => logPage(parameters, null, signal),
    enabled: isOn && refetchInterval !== false,
    refetchInterval,
    retry: false,
  });
}

/** Records over time by level; all of the range when `isExact`, else as much as 0.15 s count. */
export function logHistogram(parameters: Parameters, isExact: boolean, refetchInterval: number | false) {
  return queryOptions({
    queryKey: ["log-histogram", parameters, isExact],
    queryFn: ({ signal }) =>
      getJson<LogHistogram>("/logs/histogram", { ...parameters, exact: isExact ? "true" : undefined }, signal),
    refetchInterval,
    placeholderData: keepPreviousData,
    retry: false,
  });
}

/** The whole body of a record whose body was cut. */
export function wholeBody(log: LogRow, project: string | undefined) {
  const parameters = { project, start: log.time, end: nextInstant(log.time), body_characters: 1_000_000, limit: 100 };
  return queryOptions({
    queryKey: ["log-body", log.key, project],
    queryFn: async ({ signal }) =>
      (await getJson<LogPage>("/logs", parameters, signal)).logs.find(({ id }) => id === log.id)?.body ?? log.body,
    staleTime: Number.POSITIVE_INFINITY,
  });
}
