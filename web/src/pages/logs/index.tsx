/** Logs: what applications wrote, as it comes, over time by level, and each record whole. */

import { Button, Skeleton } from "@mantine/core";
import { useDocumentTitle, useMediaQuery } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { useCallback, useMemo, useRef, useState } from "react";
import { tableFields } from "../../api/fields";
import { useRefetchInterval } from "../../api/live";
import { logHistogram } from "../../api/logs";
import type { LogHistogram } from "../../api/types";
import { TimeChart } from "../../components/charts/TimeChart";
import { FilterInput } from "../../components/FilterInput";
import { ErrorNotice, Notice } from "../../components/Notice";
import { PageHeader } from "../../components/PageHeader";
import { RangePicker } from "../../components/RangePicker";
import { useTimeZone } from "../../components/timeZone";
import { describeInterval } from "../../lib/interval";
import { joinLevels, LEVELS, type Level, type LogsSearch, listFilter, readLevels, withCondition } from "../../lib/logs";
import { filterProblem } from "../../lib/problem";
import { rangeParameters } from "../../lib/search";
import { formatInstant } from "../../lib/time";
import { useKeys } from "../shell/keys";
import { useCompletion } from "../useCompletion";
import { levelColour } from "./colours";
import { LevelFacets } from "./LevelFacets";
import styles from "./Logs.module.css";
import { LogTable } from "./LogTable";
import { SendLogs } from "./SendLogs";
import { useLogs } from "./useLogs";

const route = getRouteApi("/logs");

export function LogsPage() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const filterRef = useRef<HTMLInputElement>(null);
  useDocumentTitle("Logs · Watchglass");
  useKeys({ "/": () => filterRef.current?.focus() });

  const interval = useRefetchInterval(search);
  const [isScrolled, setScrolled] = useState(false);
  const [isExact, setExact] = useState(false);
  const { project, start, end, filter, level } = search;
  const parameters = useMemo(
    () => ({ ...rangeParameters({ project, start, end }), filter }),
    [project, start, end, filter],
  );
  const listParameters = useMemo(
    () => ({ ...parameters, filter: listFilter({ filter, level }) }),
    [parameters, filter, level],
  );
  // an open record must not move away under the reader
  const logs = useLogs(listParameters, interval, isScrolled || search.log !== undefined);
  const histogram = useQuery(logHistogram(parameters, isExact, interval === false ? false : Math.max(interval, 5000)));
  const fields = useQuery(tableFields("logs"));
  const range = useMemo(() => rangeParameters({ project, start, end }), [project, start, end]);
  const completion = useCompletion(range, fields.data ?? [], "logs");
  const problem = filterProblem(histogram.error) ?? filterProblem(logs.list.error);

  const change = (part: Partial<LogsSearch>) => {
    if (!("log" in part)) setScrolled(false);
    setExact(false);
    navigate({ search: (old) => ({ ...old, log: undefined, ...part }), replace: true });
  };

  return (
    <>
      <PageHeader title="Logs" actions={<RangePicker search={search} onChange={change} />} />
      <div className={styles.bar}>
        <FilterInput
          value={filter ?? ""}
          problem={problem}
          fields={fields.data ?? []}
          completion={completion}
          table="logs"
          inputRef={filterRef}
          onChange={(text) => change({ filter: text || undefined })}
        />
      </div>
      <div className={styles.overview}>
        <OverTime
          histogram={histogram.data}
          chosen={readLevels(level)}
          isLoading={histogram.isPending}
          isCounting={histogram.isFetching}
          onZoom={(from, to) => change({ start: from, end: to })}
          onExact={() => setExact(true)}
        />
        <LevelFacets
          histogram={histogram.data}
          chosen={readLevels(level)}
          onChange={(chosen) => change({ level: joinLevels(chosen) })}
        />
      </div>
      <List
        key={JSON.stringify(listParameters)}
        logs={logs}
        search={search}
        onScrolledChange={setScrolled}
        onChange={change}
      />
    </>
  );
}

interface OverTimeProps {
  histogram: LogHistogram | undefined;
  chosen: readonly Level[];
  isLoading: boolean;
  isCounting: boolean;
  onZoom: (start: string, end: string) => void;
  onExact: () => void;
}

/** Records over time by level; what was not counted is said, and can be. */
function OverTime({ histogram, chosen, isLoading, isCounting, onZoom, onExact }: OverTimeProps) {
  const zone = useTimeZone();
  const series = useMemo(() => {
    const shown = LEVELS.filter((level) => chosen.length === 0 || chosen.includes(level)).toReversed();
    return shown.flatMap((level) => {
      const found = histogram?.levels.find((it) => it.level === level);
      if (found === undefined || found.count === 0) return [];
      return [{ name: level, values: found.values, color: levelColour(level), kind: "bar" as const, stack: "levels" }];
    });
  }, [histogram, chosen]);
  const since = histogram?.counted_since;
  return (
    <div className={styles.chart}>
      <TimeChart
        title="Records"
        aggregates={histogram ? `count by level, ${describeInterval(histogram.interval_s)}` : "count by level"}
        unit=""
        times={histogram?.times ?? []}
        series={series}
        height={110}
        isLoading={isLoading}
        hasLegend={false}
        onZoom={onZoom}
      />
      {since && (
        <p className={styles.partial} role="status">
          Counted since {formatInstant(since, zone).slice(0, -4)}: the whole range takes longer.
          <Button size="compact-xs" variant="subtle" loading={isCounting} onClick={onExact}>
            Count all of it
          </Button>
        </p>
      )}
    </div>
  );
}

interface ListProps {
  logs: ReturnType<typeof useLogs>;
  search: LogsSearch;
  onScrolledChange: (isScrolled: boolean) => void;
  onChange: (part: Partial<LogsSearch>) => void;
}

/** The rows, or what stands in their place. */
function List({ logs, search, onScrolledChange, onChange }: ListProps) {
  const { list, rows, waitingCount } = logs;
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
    if (search.filter !== undefined || search.level !== undefined)
      return <Notice title="No log fits">Try a longer time range, fewer conditions, or all levels.</Notice>;
    return <SendLogs project={search.project} />;
  }
  return (
    <LogTable
      rows={rows}
      search={search}
      isNarrow={isNarrow}
      hasOlder={list.hasNextPage}
      isLoadingOlder={list.isFetchingNextPage}
      hasOlderFailed={list.isFetchNextPageError}
      waitingCount={waitingCount}
      onNeedOlder={onNeedOlder}
      onScrolledChange={onScrolledChange}
      onOpen={(log) => onChange({ log })}
      onCondition={(condition) => onChange({ filter: withCondition(search.filter, condition) })}
    />
  );
}

function Loading() {
  return (
    <div className={styles.loading} role="status" aria-label="Loading the logs">
      {Array.from({ length: 14 }, (_, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: they are all alike
        <Skeleton key={index} height={14} />
      ))}
    </div>
  );
}
