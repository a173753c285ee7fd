/** What fires now or is about to, the latest change first. */

import { Button } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { createColumnHelper } from "@tanstack/react-table";
import { useMemo, useState } from "react";
import { alerts, rules } from "../../api/alerts";
import { MAY_NOT_EDIT, useMay } from "../../api/asker";
import { measures } from "../../api/dashboards";
import type { Alert, Matcher, RuleEntry } from "../../api/ruleTypes";
import { type Columns, DataTable } from "../../components/DataTable";
import { ErrorNotice, Notice } from "../../components/Notice";
import { labelWords, valueUnit } from "../../lib/alerts/series";
import { formatValue, type Unit } from "../../lib/format";
import { keepRange, type RangeSearch } from "../../lib/search";
import { formatAgo, formatUtc } from "../../lib/time";
import { useNow } from "../useNow";
import styles from "./Alerts.module.css";
import { NewSilence } from "./NewSilence";
import { StateSign } from "./StateSign";

interface Row {
  alert: Alert;
  entry: RuleEntry | undefined;
  unit: Unit;
}

const column = createColumnHelper<Row>();

export function FiringList({ search }: { search: RangeSearch }) {
  const found = useQuery(alerts(search.project));
  const known = useQuery(rules(search.project));
  const { data: described = [] } = useQuery(measures());
  const [matchers, setMatchers] = useState<Matcher[] | null>(null);
  const mayEdit = useMay("edit");
  const now_ms = useNow();
  const rows = useMemo(
    () =>
      (found.data?.alerts ?? []).map((alert) => {
        const entry = known.data?.rules.find(({ id }) => id === alert.rule_id.replace(/^failing\//, ""));
        const isFailing = alert.rule_id.startsWith("failing/");
        return { alert, entry, unit: entry && !isFailing ? valueUnit(entry.rule.query, described) : "" };
      }),
    [found.data, known.data, described],
  );
  const columns = useMemo(() => columnsOf(search, now_ms, mayEdit, setMatchers), [search, now_ms, mayEdit]);
  if (found.error) return <ErrorNotice error={found.error} />;
  if (found.data && rows.length === 0) {
    return (
      <Notice title="Nothing fires">
        <p>
          {found.data.evaluations.length > 0
            ? `${found.data.evaluations.length} rules are evaluated, and all of them are calm.`
            : "No rule was evaluated yet. Make one, or switch one on in the list of rules."}
        </p>
      </Notice>
    );
  }
  return (
    <>
      <DataTable
        label="Alerts"
        columns={columns}
        rows={rows}
        rowKey={({ alert }) => alert.fingerprint}
        isLoading={found.isPending}
      />
      {matchers && <NewSilence project={search.project} matchers={matchers} onClose={() => setMatchers(null)} />}
    </>
  );
}

function columnsOf(
  search: RangeSearch,
  now_ms: number,
  mayEdit: boolean,
  onSilence: (matchers: Matcher[]) => void,
): Columns<Row> {
  return [
    column.display({
      id: "rule",
      header: "Rule",
      meta: { isMain: true },
      cell: ({ row: { original } }) => <RuleCell row={original} search={search} />,
    }),
    column.display({
      id: "state",
      header: "State",
      cell: ({ row: { original } }) => (
        <span
          title={original.alert.is_flapping ? "It came and went so often that it is held until it is calm" : undefined}
        >
          <StateSign state={original.alert.state} />
          {original.alert.is_flapping && " (flapping)"}
        </span>
      ),
    }),
    column.display({
      id: "value",
      header: "Value",
      meta: { isNumber: true },
      cell: ({ row: { original } }) => formatValue(original.alert.reading.value, original.unit),
    }),
    column.display({
      id: "against",
      header: "Against",
      meta: { isNumber: true },
      cell: ({ row: { original } }) => against(original),
    }),
    column.display({
      id: "since",
      header: "Since",
      meta: { isNumber: true },
      cell: ({ row: { original } }) => (
        <span title={formatUtc(original.alert.started_at)}>{formatAgo(original.alert.started_at, now_ms)}</span>
      ),
    }),
    column.display({
      id: "tools",
      header: "",
      cell: ({ row: { original } }) => (
        <Button
          size="compact-xs"
          variant="subtle"
          disabled={!mayEdit}
          title={mayEdit ? undefined : MAY_NOT_EDIT}
          aria-label={`Silence ${original.entry?.rule.name ?? "the rule"} for ${labelWords(original.alert.labels)}`}
          onClick={() => onSilence(matchersOf(original))}
        >
          Silence
        </Button>
      ),
    }),
  ];
}

function RuleCell({ row: { alert, entry }, search }: { row: Row; search: RangeSearch }) {
  const words = labelWords(alert.labels, "");
  const name = entry?.rule.name ?? alert.rule_id;
  return (
    <span>
      <Link
        to="/alerts/rules/$ruleId"
        params={{ ruleId: entry?.id ?? alert.rule_id }}
        search={keepRange(search)}
        className={styles.link}
        data-row
      >
        {name}
      </Link>{" "}
      {words && <span className={styles.words}>{words}</span>}
      {alert.incident_id && (
        <>
          {" "}
          <Link
            to="/incidents/$incidentId"
            params={{ incidentId: alert.incident_id }}
            search={keepRange(search)}
            className={styles.words}
          >
            Incident
          </Link>
        </>
      )}
    </span>
  );
}

function against({ alert: { reading }, unit }: Row): string {
  if (reading.threshold != null) return formatValue(reading.threshold, unit);
  if (reading.lower != null && reading.upper != null) {
    return `${formatValue(reading.lower, unit)} – ${formatValue(reading.upper, unit)}`;
  }
  return "–";
}

function matchersOf({ alert, entry }: Row): Matcher[] {
  const series = Object.entries(alert.labels).map(([name, value]) => ({ name, operator: "=" as const, value }));
  return [{ name: "rule", operator: "=", value: entry?.rule.name ?? "" }, ...series];
}
