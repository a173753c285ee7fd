/** All rules that watch a project, and where each stands. */

import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { createColumnHelper } from "@tanstack/react-table";
import { useMemo } from "react";
import { alerts, rules } from "../../api/alerts";
import type { RuleEntry } from "../../api/ruleTypes";
import { type Columns, DataTable } from "../../components/DataTable";
import { ErrorNotice, Notice } from "../../components/Notice";
import { ruleWords } from "../../lib/alerts/rules";
import { type RuleState, ruleState } from "../../lib/alerts/states";
import { formatCount } from "../../lib/format";
import { keepRange, type RangeSearch } from "../../lib/search";
import { formatAgo, formatUtc } from "../../lib/time";
import { useNow } from "../useNow";
import styles from "./Alerts.module.css";
import { StateSign } from "./StateSign";

type Row = RuleEntry & RuleState;

const SOURCES: Record<RuleEntry["source"], string> = { api: "Made here", file: "File", delivered: "Comes with it" };

const column = createColumnHelper<Row>();

export function RuleList({ search }: { search: RangeSearch }) {
  const found = useQuery(rules(search.project));
  const known = useQuery(alerts(search.project));
  const now_ms = useNow();
  const rows = useMemo(
    () => (found.data?.rules ?? []).map((entry) => ({ ...entry, ...ruleState(entry, known.data) })),
    [found.data, known.data],
  );
  const columns = useMemo(() => columnsOf(search, now_ms), [search, now_ms]);
  if (found.error) return <ErrorNotice error={found.error} />;
  if (found.data?.rules.length === 0) {
    return (
      <Notice title="No rules">
        <p>Make one, or write them in a YAML file that the server reads.</p>
      </Notice>
    );
  }
  return (
    <>
      {found.data?.file_error && (
        <p role="alert" className={styles.problem}>
          A file of rules is not used as it is now, and the rules that were read before stay: {found.data.file_error}
        </p>
      )}
      <DataTable label="Rules" columns={columns} rows={rows} rowKey={({ id }) => id} isLoading={found.isPending} />
    </>
  );
}

function columnsOf(search: RangeSearch, now_ms: number): Columns<Row> {
  return [
    column.display({
      id: "name",
      header: "Rule",
      meta: { isMain: true },
      cell: ({ row: { original } }) => (
        <span>
          <Link
            to="/alerts/rules/$ruleId"
            params={{ ruleId: original.id }}
            search={keepRange(search)}
            className={styles.link}
            data-row
          >
            {original.rule.name}
          </Link>{" "}
          <span className={styles.words}>{original.rule.brief || ruleWords(original.rule)}</span>
        </span>
      ),
    }),
    column.display({
      id: "state",
      header: "State",
      cell: ({ row: { original } }) => (
        <span title={original.run?.error || (original.state === "waiting" ? "It was not evaluated yet" : undefined)}>
          <StateSign state={original.state} />
          {original.firing > 1 && ` (${formatCount(original.firing)} series)`}
        </span>
      ),
    }),
    column.accessor("rule.severity", { header: "Severity" }),
    column.display({
      id: "owner",
      header: "Owner",
      cell: ({ row: { original } }) => original.rule.owner || "–",
    }),
    column.display({
      id: "source",
      header: "From",
      cell: ({ row: { original } }) => <span title={original.file || undefined}>{SOURCES[original.source]}</span>,
    }),
    column.display({
      id: "evaluated",
      header: "Evaluated",
      meta: { isNumber: true },
      cell: ({
        row: {
          original: { run },
        },
      }) =>
        run ? (
          <span title={`${formatUtc(run.ran_at)}, in ${Math.round(run.duration_ms)} ms`}>
            {formatAgo(run.ran_at, now_ms)}
          </span>
        ) : (
          "–"
        ),
    }),
  ];
}
