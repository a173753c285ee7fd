/** The first page: how the models do now, what changed, and where to look. */

import { SegmentedControl } from "@mantine/core";
import { useDocumentTitle } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { useCallback } from "react";
import { readKey } from "../../api/key";
import { useRefetchInterval } from "../../api/live";
import { anySpans, callUsage, callUsageBefore } from "../../api/overview";
import { Connect } from "../../components/Connect";
import { ErrorNotice } from "../../components/Notice";
import { PageHeader } from "../../components/PageHeader";
import { RangePicker } from "../../components/RangePicker";
import { figuresOf, type OverviewSearch, type Split } from "../../lib/overview";
import { Breakdown } from "./Breakdown";
import { Charts } from "./Charts";
import { ErrorTypes } from "./ErrorTypes";
import { Figures } from "./Figures";
import { MoversPanel } from "./MoversPanel";
import styles from "./Overview.module.css";
import { RecentIncidents } from "./RecentIncidents";

const route = getRouteApi("/");

export function OverviewPage() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  useDocumentTitle("Overview · Watchglass");
  const refetchInterval = useRefetchInterval(search);
  const calls = useQuery(callUsage(search, undefined, refetchInterval));
  const before = useQuery(callUsageBefore(search, refetchInterval));
  const totals = calls.data?.series[0]?.total;
  const hasNoCalls = totals?.span_count === 0;
  const spans = useQuery(anySpans(search, hasNoCalls, refetchInterval));

  const change = useCallback(
    (patch: Partial<OverviewSearch>) => void navigate({ search: (old) => ({ ...old, ...patch }) }),
    [navigate],
  );
  const zoom = useCallback((start: string, end: string) => change({ start, end }), [change]);

  return (
    <>
      <PageHeader
        title="Overview"
        actions={
          <>
            <SegmentedControl
              size="xs"
              aria-label="Told apart by"
              value={search.by ?? "all"}
              onChange={(by) => change({ by: by === "all" ? undefined : (by as Split) })}
              data={[
                { value: "all", label: "All calls" },
                { value: "service", label: "Service" },
                { value: "model", label: "Model" },
                { value: "release", label: "Release" },
              ]}
            />
            <RangePicker search={search} onChange={change} />
          </>
        }
      />
      <div className={styles.page}>
        {calls.error && calls.data === undefined ? (
          <ErrorNotice error={calls.error} />
        ) : hasNoCalls && spans.data === 0 ? (
          <Connect origin={window.location.origin} header={exportHeader(search.project)} />
        ) : (
          <>
            <Figures figures={figuresOf(totals ?? {}, before.data ?? undefined)} isLoading={calls.data === undefined} />
            <RecentIncidents search={search} />
            <Charts search={search} all={calls.data} refetchInterval={refetchInterval} onZoom={zoom} />
            <div className={styles.panels}>
              <MoversPanel search={search} refetchInterval={refetchInterval} onMoved={(moved) => change({ moved })} />
              <Breakdown search={search} refetchInterval={refetchInterval} />
              <ErrorTypes search={search} refetchInterval={refetchInterval} />
            </div>
          </>
        )}
      </div>
    </>
  );
}

/** The header by which exports reach the project that is looked at: its key where the server wants one, else its name. */
function exportHeader(project: string | undefined): string {
  if (readKey() !== null) return "x-api-key=YOUR_KEY";
  return project === undefined || project === "default" ? "" : `x-watchglass-project=${project}`;
}
