/** The first page: the latest traces, filling live, with what they add up to. */

import { Skeleton, VisuallyHidden } from "@mantine/core";
import { useDocumentTitle, useHotkeys, useMediaQuery } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { useCallback, useMemo, useRef, useState } from "react";
import { readKey } from "../../api/key";
import { spanFields, usage } from "../../api/queries";
import { Connect } from "../../components/Connect";
import { FilterInput } from "../../components/FilterInput";
import { type LiveState, LiveToggle } from "../../components/LiveToggle";
import { ErrorNotice, Notice } from "../../components/Notice";
import { RangePicker } from "../../components/RangePicker";
import { Totals } from "../../components/Totals";
import { TraceTable } from "../../components/TraceTable";
import { filterProblem } from "../../lib/problem";
import { type ListSearch, listParameters } from "../../lib/search";
import { useNow } from "../useNow";
import styles from "./Traces.module.css";
import { useTraces } from "./useTraces";

const route = getRouteApi("/traces");

export function TracesPage() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const filterRef = useRef<HTMLInputElement>(null);
  const now_ms = useNow();
  useDocumentTitle("Traces · Watchglass");
  useHotkeys([["/", () => filterRef.current?.focus()]]);

  const parameters = useMemo(() => listParameters(search), [search]);
  const isLive = search.live !== false && search.end === undefined;
  const [isScrolled, setScrolled] = useState(false);
  const traces = useTraces(parameters, isLive, isScrolled);
  const totals = useQuery(usage(parameters, isLive));
  const fields = useQuery(spanFields());
  const problem = filterProblem(traces.list.error);

  const change = (part: Partial<ListSearch>) => {
    setScrolled(false);
    navigate({ search: (old) => ({ ...old, ...part }), replace: true });
  };

  return (
    <>
      <VisuallyHidden component="h1">Traces</VisuallyHidden>
      <div className={styles.bar}>
        <FilterInput
          value={search.filter ?? ""}
          problem={problem}
          fields={fields.data ?? []}
          inputRef={filterRef}
          onChange={(filter) => change({ filter: filter || undefined })}
        />
        <div className={styles.controls}>
          <RangePicker search={search} onChange={change} hasRefresh={false} />
          <LiveToggle
            state={liveState(search, traces.isBroken, isScrolled)}
            onToggle={(turnOn) => change({ live: turnOn ? undefined : false })}
          />
        </div>
      </div>
      <Totals usage={totals.data} now_ms={now_ms} />
      <List
        key={JSON.stringify(parameters)}
        traces={traces}
        isFiltered={search.filter !== undefined}
        now_ms={now_ms}
        project={search.project}
        onScrolledChange={setScrolled}
      />
    </>
  );
}

interface ListProps {
  traces: ReturnType<typeof useTraces>;
  isFiltered: boolean;
  now_ms: number;
  project: string | undefined;
  onScrolledChange: (isScrolled: boolean) => void;
}

/** The rows, or what stands in their place. */
function List({ traces, isFiltered, now_ms, project, onScrolledChange }: ListProps) {
  const { list, rows, freshIds, waitingCount } = traces;
  const isNarrow = useMediaQuery("(max-width: 760px)", undefined, { getInitialValueInEffect: false }) ?? false;
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
    if (isFiltered) return <Notice title="No trace fits">Try a longer time range, or fewer conditions.</Notice>;
    return <Connect origin={window.location.origin} header={exportHeader(project)} />;
  }
  return (
    <TraceTable
      rows={rows}
      freshIds={freshIds}
      now_ms={now_ms}
      isNarrow={isNarrow}
      project={project}
      hasOlder={list.hasNextPage}
      isLoadingOlder={list.isFetchingNextPage}
      hasOlderFailed={list.isFetchNextPageError}
      waitingCount={waitingCount}
      onNeedOlder={onNeedOlder}
      onScrolledChange={onScrolledChange}
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

function liveState(search: ListSearch, isBroken: boolean, isScrolled: boolean): LiveState {
  if (search.end !== undefined) return "past";
  if (search.live === false) return "paused";
  if (isBroken) return "broken";
  return isScrolled ? "held" : "live";
}
