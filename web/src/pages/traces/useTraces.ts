/** The living list: pages that were scrolled to, with what arrives put on top of them. */

import { useInfiniteQuery, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useMemo, useState } from "react";
import type { Parameters } from "../../api/client";
import { latestTraces, traceList } from "../../api/queries";
import type { TraceSummary } from "../../api/types";
import { flattenPages, mergeFirstPage, newKeys, type Pages } from "../../lib/liveRows";

const keyOf = (trace: TraceSummary) => trace.trace_id;
const NONE: ReadonlySet<string> = new Set();

/** Most traces of one list: what a browser scrolls through with ease and holds in some ten megabytes. */
export const MOST_LISTED = 10_000;

/** Traces for `parameters`.
 *
 * @param interval_ms how often to ask for new ones, in milliseconds; false for never
 * @param isHeld whether the new ones must wait, since the reader is in the middle of the list
 */
export function useTraces(parameters: Parameters, interval_ms: number | false, isHeld: boolean) {
  const queries = useQueryClient();
  const options = traceList(parameters);
  const list = useInfiniteQuery(options);
  const isLive = interval_ms !== false;
  const latest = useQuery(latestTraces(parameters, list.isSuccess && interval_ms));
  const [freshIds, setFreshIds] = useState(NONE);
  const rows = useMemo(() => newestFirst(flattenPages(list.data?.pages ?? [], keyOf)), [list.data]);
  const arrived = latest.data;

  // biome-ignore lint/correctness/useExhaustiveDependencies: a merge follows an arrival, not the rows that it changes itself
  useEffect(() => {
    if (arrived === undefined || isHeld || !isLive) return;
    setFreshIds(rows.length === 0 ? NONE : new Set(newKeys(rows, arrived.rows, keyOf)));
    queries.setQueryData(options.queryKey, (known) =>
      mergeFirstPage(known as Pages<TraceSummary> | undefined, arrived, keyOf),
    );
  }, [arrived, isHeld, isLive]);

  const waitingCount = isHeld && isLive && arrived ? newKeys(rows, arrived.rows, keyOf).length : 0;
  const isFull = list.hasNextPage && rows.length >= MOST_LISTED;
  return { list, rows, freshIds, waitingCount, isFull, isBroken: isLive && latest.isError };
}

/** In order of their start, as the column shows it: the API's order is that of their latest spans, in which a long trace would move. */
function newestFirst(traces: TraceSummary[]): TraceSummary[] {
  return traces.sort((one, other) =>
    one.start_time < other.start_time ? 1 : one.start_time > other.start_time ? -1 : 0,
  );
}
