/** Incidents: what fired together, the newest first. */

import { NativeSelect, SegmentedControl } from "@mantine/core";
import { useDocumentTitle } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { createColumnHelper } from "@tanstack/react-table";
import { useMemo } from "react";
import { rules } from "../../api/alerts";
import { type IncidentEntry, incidents } from "../../api/incidents";
import { type Columns, DataTable } from "../../components/DataTable";
import { IncidentSign } from "../../components/IncidentSign";
import { ErrorNotice, Notice } from "../../components/Notice";
import { PageHeader } from "../../components/PageHeader";
import { RangePicker } from "../../components/RangePicker";
import { lastedWords } from "../../lib/alerts/incidents";
import type { IncidentsSearch } from "../../lib/alerts/search";
import { formatCount } from "../../lib/format";
import { keepRange, rangeParameters } from "../../lib/search";
import { formatAgo, formatUtc } from "../../lib/time";
import { useRowKeys } from "../people/useRowKeys";
import { useNow } from "../useNow";
import styles from "./Incidents.module.css";

const route = getRouteApi("/incidents");

const column = createColumnHelper<IncidentEntry>();

export function IncidentsPage() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const { state, rule, severity } = search;
  const found = useQuery(incidents({ ...rangeParameters(search), state, rule, severity }));
  const known = useQuery(rules(search.project));
  const now_ms = useNow();
  useDocumentTitle("Incidents · Watchglass");
  useRowKeys();
  const columns = useMemo(() => columnsOf(search, now_ms), [search, now_ms]);
  const change = (part: Partial<IncidentsSearch>) =>
    navigate({ search: (old) => ({ ...old, ...part }), replace: true });
  return (
    <>
      <PageHeader title="Incidents" actions={<RangePicker search={search} onChange={change} />} />
      <div className={styles.bar}>
        <SegmentedControl
          size="xs"
          aria-label="Which incidents"
          data={[
            { value: "", label: "All" },
            { value: "open", label: "Open" },
            { value: "resolved", label: "Resolved" },
          ]}
          value={state ?? ""}
          onChange={(value) => change({ state: (value || undefined) as IncidentsSearch["state"] })}
        />
        <NativeSelect
          size="xs"
          aria-label="Severity"
          data={[{ value: "", label: "Any severity" }, "info", "warning", "critical"]}
          value={severity ?? ""}
          onChange={(event) =>
            change({ severity: (event.currentTarget.value || undefined) as IncidentsSearch["severity"] })
          }
        />
        <NativeSelect
          size="xs"
          aria-label="Rule"
          data={[
            { value: "", label: "Any rule" },
            ...(known.data?.rules ?? []).map(({ id, rule: { name } }) => ({ value: id, label: name })),
          ]}
          value={rule ?? ""}
          onChange={(event) => change({ rule: event.currentTarget.value || undefined })}
        />
      </div>
      <div className={styles.page}>
        {found.error ? (
          <ErrorNotice error={found.error} />
        ) : found.data?.length === 0 ? (
          <Notice title="No incidents">
            <p>
              Nothing fired in this range.{" "}
              <Link to="/alerts" search={{ ...keepRange(search), tab: "rules" }}>
                Rules
              </Link>{" "}
              say what is watched.
            </p>
          </Notice>
        ) : (
          <DataTable
            label="Incidents"
            columns={columns}
            rows={found.data ?? []}
            rowKey={({ id }) => id}
            isLoading={found.isPending}
          />
        )}
      </div>
    </>
  );
}

function columnsOf(search: IncidentsSearch, now_ms: number): Columns<IncidentEntry> {
  return [
    column.display({
      id: "title",
      header: "Incident",
      meta: { isMain: true },
      cell: ({ row: { original } }) => (
        <Link
          to="/incidents/$incidentId"
          params={{ incidentId: original.id }}
          search={keepRange(search)}
          className={styles.link}
          data-row
        >
          {original.title}
        </Link>
      ),
    }),
    column.display({
      id: "state",
      header: "State",
      cell: ({ row: { original } }) => <IncidentSign state={original.state} severity={original.severity} />,
    }),
    column.display({
      id: "who",
      header: "Who",
      cell: ({ row: { original } }) => original.acknowledged_by || original.owner || "–",
    }),
    column.display({
      id: "series",
      header: "Series",
      meta: { isNumber: true },
      cell: ({ row: { original } }) => formatCount(original.alert_count),
    }),
    column.display({
      id: "began",
      header: "Began",
      meta: { isNumber: true },
      cell: ({ row: { original } }) => (
        <span title={formatUtc(original.started_at)}>{formatAgo(original.started_at, now_ms)}</span>
      ),
    }),
    column.display({
      id: "lasted",
      header: "Lasted",
      meta: { isNumber: true },
      cell: ({ row: { original } }) => lastedWords(original, now_ms),
    }),
  ];
}
