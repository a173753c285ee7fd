/** Why: the values that explain the change, with example traces, rollouts, and what moved on servers. */

import { Table } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import type { Explanation, Incident } from "../../api/incidents";
import { rangeAround } from "../../lib/alerts/incidents";
import { formatNumber, formatShare, formatValue, type Unit } from "../../lib/format";
import { keepRange, type RangeSearch } from "../../lib/search";
import { Rows } from "../settings/Section";
import styles from "./Incident.module.css";

interface ExplanationPartProps {
  incident: Incident;
  search: RangeSearch;
}

export function ExplanationPart({ incident, search }: ExplanationPartProps) {
  // it is kept as the API's explain gives it
  const found = incident.explanation as unknown as Explanation | null;
  return (
    <section className={styles.part}>
      <h2>Why</h2>
      {found === null ? (
        <p className={styles.words}>
          {incident.is_explained
            ? "There is no explanation: it is made for measures of usage alone."
            : "It is being looked for: over models, releases, services, hosts, users and their pairs."}
        </p>
      ) : (
        <Found found={found} incident={incident} search={search} />
      )}
    </section>
  );
}

function Found({ found, incident, search }: ExplanationPartProps & { found: Explanation }) {
  const [first, ...others] = found.lines;
  return (
    <>
      <p className={styles.answer}>{first}</p>
      {others.map((line) => (
        <p key={line} className={styles.words}>
          {line}
        </p>
      ))}
      {found.causes.length > 0 && <Causes found={found} incident={incident} search={search} />}
      {found.examples.length > 0 && (
        <>
          <h3>Examples</h3>
          <ul className={styles.list}>
            {found.examples.map(({ trace_id, span_id, name, value }) => (
              <li key={span_id}>
                <Link
                  to="/traces/$traceId"
                  params={{ traceId: trace_id }}
                  search={{ ...keepRange(search), span: span_id }}
                >
                  {name || trace_id.slice(0, 8)}
                </Link>{" "}
                <span className={styles.words}>{formatValue(value, unitOf(found))}</span>
              </li>
            ))}
          </ul>
        </>
      )}
      {found.metrics.length > 0 && (
        <>
          <h3>What moved on servers</h3>
          <ul className={styles.list}>
            {found.metrics.map((it) => (
              <li key={`${it.name} ${JSON.stringify(it.labels)}`}>
                {it.name} {Object.values(it.labels).join(" · ")}{" "}
                <span className={styles.words}>
                  {formatNumber(it.before)} → {formatNumber(it.value)} {it.unit}
                </span>
              </li>
            ))}
          </ul>
        </>
      )}
    </>
  );
}

function Causes({ found, incident, search }: ExplanationPartProps & { found: Explanation }) {
  const unit = unitOf(found);
  return (
    <Rows
      label="Causes"
      columns={["Spans with", "Now", "Before", "Explains", "Times as likely", "Sure"]}
      minWidth={560}
    >
      {found.causes.map((cause) => (
        <Table.Tr key={cause.filter}>
          <Table.Td>
            <Link
              to="/traces"
              search={{ ...keepRange(search), ...rangeAround(incident), filter: cause.filter }}
              className={styles.mono}
            >
              {cause.filter}
            </Link>
            {cause.is_new && <span className={styles.words}> new</span>}
          </Table.Td>
          <Table.Td>{formatValue(cause.value, unit)}</Table.Td>
          <Table.Td>{formatValue(cause.before, unit)}</Table.Td>
          <Table.Td>{formatShare(cause.contribution_ratio)}</Table.Td>
          <Table.Td>
            {cause.risk_ratio == null ? "–" : formatNumber(cause.risk_ratio)}
            {cause.low != null && cause.high != null && (
              <span className={styles.words}>
                {" "}
                {formatNumber(cause.low)}–{formatNumber(cause.high)}
              </span>
            )}
          </Table.Td>
          <Table.Td>{formatShare(cause.confidence)}</Table.Td>
        </Table.Tr>
      ))}
    </Rows>
  );
}

/** Of a percentile, causes are shares above the baseline's. */
function unitOf(found: Explanation): Unit {
  if (found.threshold != null || found.per != null) return "ratio";
  return found.unit === "USD" ? "usd" : found.unit;
}
