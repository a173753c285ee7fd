/** The rows of the list, or what stands in their place. */

import { Skeleton } from "@mantine/core";
import { type Ref, useCallback } from "react";
import { readKey } from "../../api/key";
import { Connect } from "../../components/Connect";
import { ErrorNotice, Notice } from "../../components/Notice";
import { TraceTable, type TraceTableKeys } from "../../components/TraceTable";
import { filterProblem } from "../../lib/problem";
import { keepRange, type ListSearch } from "../../lib/search";
import type { TraceColumn } from "../../lib/traceColumns";
import styles from "./Traces.module.css";
import type { useTraces } from "./useTraces";

interface TraceListProps {
  traces: ReturnType<typeof useTraces>;
  columns: readonly TraceColumn[];
  search: ListSearch;
  markedIds: ReadonlySet<string>;
  now_ms: number;
  isNarrow: boolean;
  tableRef: Ref<TraceTableKeys>;
  onMark: (traceId: string) => void;
  /** Go on with a list that ends before this instant. */
  onGoOn: (end: string) => void;
  onScrolledChange: (isScrolled: boolean) => void;
}

export function TraceList(props: TraceListProps) {
  const { traces, search } = props;
  const { list, rows, loaded, freshIds, waitingCount, isFull, onSeen } = traces;
  const { fetchNextPage } = list;
  const onNeedOlder = useCallback(() => void fetchNextPage(), [fetchNextPage]);
  if (list.isPending) return <Loading />;
  if (rows.length === 0) {
    if (list.error)
      return filterProblem(list.error) ? (
        <Notice title="The filter cannot be read">It is marked above where it goes wrong.</Notice>
      ) : (
        <ErrorNotice error={list.error} />
      );
    if (search.filter !== undefined)
      return <Notice title="No trace fits">Try a longer time range, or fewer conditions.</Notice>;
    return <Connect origin={window.location.origin} header={exportHeader(search.project)} />;
  }
  const oldest = loaded.at(-1);
  return (
    <TraceTable
      ref={props.tableRef}
      rows={rows}
      columns={props.columns}
      freshIds={freshIds}
      markedIds={props.markedIds}
      now_ms={props.now_ms}
      isNarrow={props.isNarrow}
      search={keepRange(search)}
      hasOlder={list.hasNextPage && !isFull}
      isLoadingOlder={list.isFetchingNextPage}
      hasOlderFailed={list.isFetchNextPageError}
      onGoOn={isFull && oldest ? () => props.onGoOn(oldest.start_time) : undefined}
      waitingCount={waitingCount}
      onMark={props.onMark}
      onNeedOlder={onNeedOlder}
      onSeen={onSeen}
      onScrolledChange={props.onScrolledChange}
    />
  );
}

/** The header by which exports reach the project that is looked at: its key where the server wants one, else its name. */
function exportHeader(project: string | undefined): string {
  if (readKey() !== null) return "x-api-key=YOUR_KEY";
  return project === undefined || project === "default" ? "" : `x-watchglass-project=${project}`;
}

/** Grey rows of the list's own height, so that nothing jumps when the list comes. */
function Loading() {
  return (
    <div className={styles.loading} role="status" aria-label="Loading traces">
      {Array.from({ length: 12 }, (_, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the rows are all alike and never move
        <Skeleton key={index} height={14} width={`${92 - ((index * 7) % 30)}%`} />
      ))}
    </div>
  );
}
