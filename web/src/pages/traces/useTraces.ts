/** The living list: pages that were scrolled to, with what arrives put on top of them, and far rows let go. */

import { useInfiniteQuery, useQuery, useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import type { Parameters } from "../../api/client";
import { latestTraces, traceList, tracePage } from "../../api/queries";
import type { TraceSummary } from "../../api/types";
import { fill, hollowPages, letGo, mergeFirstPage, newKeys, type Pages, placeRows } from "../../lib/liveRows";

const keyOf = (trace: TraceSummary) => trace.trace_id;
const NONE: ReadonlySet<string> = new Set();

/** Rows this far from the reader are let go, and asked for again when they come near: some megabytes are held, however far one scrolls. */
const REACH_ROWS = 2500;
/** Rows this near are asked for again. */
const NEAR_ROWS = 100;
/** Most rows of one list: browsers draw nothing beyond some thirty million pixels. */
export const MOST_LISTED = 300_000;

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
  const rows = useMemo(() => newestFirst(placeRows(list.data?.pages ?? [], keyOf)), [list.data]);
  const loaded = useMemo(() => rows.filter((row) => row !== null), [rows]);
  const arrived = latest.data;

  // biome-ignore lint/correctness/useExhaustiveDependencies: a merge follows an arrival, not the rows that it changes itself
  useEffect(() => {
    if (arrived === undefined || isHeld || !isLive) return;
    setFreshIds(loaded.length === 0 ? NONE : new Set(newKeys(loaded, arrived.rows, keyOf)));
    queries.setQueryData(options.queryKey, (known) =>
      mergeFirstPage(known as Pages<TraceSummary> | undefined, arrived, keyOf),
    );
  }, [arrived, isHeld, isLive]);

  const askedRef = useRef(new Set<string | null>());
  const key = JSON.stringify(options.queryKey);
  /** The rows from `first` to `last` are in sight. */
  const onSeen = useCallback(
    (first: number, last: number) => {
      const queryKey = JSON.parse(key) as ReturnType<typeof traceList>["queryKey"];
      const known = queries.getQueryData(queryKey) as Pages<TraceSummary> | undefined;
      if (known === undefined) return;
      const less = letGo(known, first, last, REACH_ROWS);
      if (less !== known) queries.setQueryData(queryKey, less);
      for (const number of hollowPages(known, first, last, NEAR_ROWS)) {
        const cursor = known.pageParams[number] ?? null;
        if (askedRef.current.has(cursor)) continue;
        askedRef.current.add(cursor);
        void tracePage(queryKey[1] as Parameters, cursor)
          .then((page) =>
            queries.setQueryData(queryKey, (now) => now && fill(now as Pages<TraceSummary>, number, cursor, page)),
          )
          // what could not be asked is asked again when it is scrolled to again
          .catch(() => undefined)
          .finally(() => askedRef.current.delete(cursor));
      }
    },
    [queries, key],
  );

  const waitingCount = isHeld && isLive && arrived ? newKeys(loaded, arrived.rows, keyOf).length : 0;
  const isFull = list.hasNextPage && rows.length >= MOST_LISTED;
  return { list, rows, loaded, freshIds, waitingCount, isFull, isBroken: isLive && latest.isError, onSeen };
}

/** In order of their start, as the column shows it, as far as rows stand together: the API's order is that of their latest
 * spans, in which a long trace would move.
 */
function newestFirst(rows: (TraceSummary | null)[]): (TraceSummary | null)[] {
  const sorted: (TraceSummary | null)[] = [];
  let together: TraceSummary[] = [];
  const flush = () => {
    sorted.push(
      ...together.sort((one, other) =>
        one.start_time < other.start_time ? 1 : one.start_time > other.start_time ? -1 : 0,
      ),
    );
    together = [];
  };
  for (const row of rows) {
    if (row === null) {
      flush();
      sorted.push(null);
    } else together.push(row);
  }
  flush();
  return sorted;
}
