/** The living list of logs: pages that were scrolled to, with what arrives put on top of them. */

import { useInfiniteQuery, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useMemo } from "react";
import type { Parameters } from "../../api/client";
import { latestLogs, logList } from "../../api/logs";
import { flattenPages, mergeFirstPage, newKeys, type Pages } from "../../lib/liveRows";
import type { LogRow } from "../../lib/logs";

const keyOf = (log: LogRow) => log.key;

/** Logs for `parameters`.
 *
 * @param interval how often to ask for new ones, in milliseconds; false for never
 * @param isHeld whether the new ones must wait, since the reader is in the middle of the list
 */
export function useLogs(parameters: Parameters, interval: number | false, isHeld: boolean) {
  const queries = useQueryClient();
  const options = logList(parameters);
  const list = useInfiniteQuery(options);
  const latest = useQuery(latestLogs(parameters, interval, list.isSuccess));
  const rows = useMemo(() => flattenPages(list.data?.pages ?? [], keyOf), [list.data]);
  const arrived = interval === false ? undefined : latest.data;

  // biome-ignore lint/correctness/useExhaustiveDependencies: a merge follows an arrival, not the rows that it changes itself
  useEffect(() => {
    if (arrived === undefined || isHeld) return;
    queries.setQueryData(options.queryKey, (known) =>
      mergeFirstPage(known as Pages<LogRow> | undefined, arrived, keyOf),
    );
  }, [arrived, isHeld]);

  const waitingCount = isHeld && arrived ? newKeys(rows, arrived.rows, keyOf).length : 0;
  return { list, rows, waitingCount };
}
