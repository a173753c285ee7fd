/** Outlets: where rows are delivered to, how far each is, and what went wrong. */

import { Alert, Table } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { outletList } from "../../api/settings";
import type { Outlet, OutletSignal } from "../../api/types";
import { useTimeZone } from "../../components/timeZone";
import { formatCount, formatDuration, formatPlural, UNKNOWN } from "../../lib/format";
import { formatInstant } from "../../lib/time";
import { Refused, Rows, SectionHead, WaitingRows } from "./Section";
import styles from "./Settings.module.css";

const STATES: Record<OutletSignal["state"], string> = { ok: "Up to date", behind: "Behind", failing: "Failing" };

const WORDS: Record<OutletSignal["signal"], string> = {
  traces: "Traces",
  logs: "Logs",
  metrics: "Metrics",
  model_metrics: "Model calls as metrics",
};

const COLUMNS = ["Signal", "State", "Lag", "Delivered", "Dropped", "Failures", "Last delivered", "Last error"];

export function Outlets() {
  const list = useQuery(outletList());
  return (
    <section>
      <SectionHead
        title="Outlets"
        brief="Where what is stored is delivered to, every five seconds anew. The server reads them from the file that WATCHGLASS_OUTLETS_FILE names, at its start."
      />
      {list.isPending && <WaitingRows count={4} />}
      {list.error && !list.data && <Refused error={list.error} scope="admin" />}
      {list.data && (
        <>
          {list.isRefetchError && (
            <Alert color="red" variant="light" title="The server does not answer" role="alert" className={styles.alert}>
              What stands here is what it said last. It is asked again every five seconds.
            </Alert>
          )}
          {list.data.length === 0 && <NoOutlets />}
          {list.data.map((outlet) => (
            <OneOutlet key={outlet.name} outlet={outlet} />
          ))}
        </>
      )}
    </section>
  );
}

function OneOutlet({ outlet }: { outlet: Outlet }) {
  return (
    <>
      <h3 className={styles.title}>
        {outlet.name} <span className={styles.dim}>{outlet.kind.replaceAll("_", " ")}</span>
      </h3>
      <Rows label={`Outlet ${outlet.name}`} columns={COLUMNS} minWidth={900}>
        {outlet.signals.map((it) => (
          <SignalRow key={it.signal} signal={it} />
        ))}
      </Rows>
      <p className={styles.dim}>
        To <code>{outlet.target}</code>; rows that wait longer than{" "}
        {formatPlural(Math.round(outlet.max_lag_s / 360) / 10, "hour")} are dropped and counted.
      </p>
    </>
  );
}

function SignalRow({ signal }: { signal: OutletSignal }) {
  const zone = useTimeZone();
  const when = (time: string | null) => (time === null ? UNKNOWN : formatInstant(time, zone, Date.now()));
  return (
    <Table.Tr>
      <Table.Td>{WORDS[signal.signal]}</Table.Td>
      <Table.Td className={signal.state === "ok" ? undefined : styles.bad}>{STATES[signal.state]}</Table.Td>
      <Table.Td>{signal.lag_s === 0 ? "none" : formatDuration(signal.lag_s * 1e9)}</Table.Td>
      <Table.Td>{formatCount(signal.delivered_rows)}</Table.Td>
      <Table.Td className={signal.dropped_rows > 0 ? styles.bad : undefined}>
        {formatCount(signal.dropped_rows)}
      </Table.Td>
      <Table.Td>{formatCount(signal.failure_count)}</Table.Td>
      <Table.Td>{when(signal.last_delivered_at)}</Table.Td>
      <Table.Td className={styles.words}>
        {signal.last_error === "" ? (
          "none"
        ) : (
          <>
            {signal.last_error} <span className={styles.dim}>{when(signal.last_error_at)}</span>
          </>
        )}
      </Table.Td>
    </Table.Tr>
  );
}

const EXAMPLE = `outlets:
  - name: collector
    kind: otlp
    url: https://collector.example.com:4318
    headers_env: {authorization: COLLECTOR_AUTHORIZATION}`;

function NoOutlets() {
  return (
    <>
      <p className={styles.nothing}>
        Nothing is delivered. A file of outlets sends traces, logs and metrics on by OTLP, to Datadog, Last9 or
        Prometheus remote write; secrets are named in it, never written:
      </p>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: code that is wider than the page is scrolled by keyboard too */}
      <pre className={styles.example} tabIndex={0}>
        {EXAMPLE}
      </pre>
    </>
  );
}
