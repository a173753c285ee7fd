/** Health: how the server itself is, as it runs. */

import { Alert, Table } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { serverState } from "../../api/settings";
import type { ServerState } from "../../api/types";
import { useTimeZone } from "../../components/timeZone";
import { formatBytes, formatCount, formatDuration, formatRate, formatShare, UNKNOWN } from "../../lib/format";
import { rowsPerSecond } from "../../lib/serverRates";
import { formatInstant } from "../../lib/time";
import { Refused, Rows, SectionHead, WaitingRows } from "./Section";
import styles from "./Settings.module.css";

const SIGNALS: Record<string, string> = { spans: "Traces", logs: "Logs", metric_points: "Metrics" };

export function Health() {
  const state = useQuery(serverState());
  const before = usePrevious(state.data);
  return (
    <section>
      <SectionHead
        title="Health"
        brief="How the server that answered is, every two seconds. The same numbers, and more, are at /metrics for Prometheus."
      />
      {state.isPending && <WaitingRows count={10} />}
      {state.error && !(state.data && state.isRefetchError) && <Refused error={state.error} scope="admin" />}
      {state.data && (
        <>
          {state.isRefetchError && (
            <Alert color="red" variant="light" title="The server does not answer" role="alert" className={styles.alert}>
              What stands here is what it said last. It is asked again every two seconds.
            </Alert>
          )}
          {state.data.causes.length > 0 && (
            <Alert
              color="red"
              variant="light"
              title="It cannot do all of its work"
              role="alert"
              className={styles.alert}
            >
              {state.data.causes.join("; ")}
            </Alert>
          )}
          <Figures state={state.data} />
          <Signals state={state.data} before={before} />
          <Stored state={state.data} />
          <Complaints state={state.data} />
        </>
      )}
    </section>
  );
}

function Figures({ state }: { state: ServerState }) {
  const disk = state.disks[0];
  const figures: [name: string, value: string, more: string][] = [
    ["State", state.causes.length === 0 ? "Ready" : "Impaired", `Watchglass ${state.version}`],
    ["Running for", state.uptime_s === null ? UNKNOWN : formatDuration(state.uptime_s * 1e9), "since its last start"],
    ["Memory", state.memory_bytes === null ? UNKNOWN : formatBytes(state.memory_bytes), "held by the process"],
    ["Store", `ClickHouse ${state.engine_version}`, `${state.store}, database ${state.database}`],
    [
      "Disk free",
      disk ? formatBytes(disk.free_bytes) : UNKNOWN,
      disk ? `${formatShare(disk.free_bytes / disk.total_bytes)} of ${formatBytes(disk.total_bytes)}` : "no local disk",
    ],
    [
      "Exports under way",
      formatBytes(state.held_bytes),
      `of ${formatBytes(state.max_waiting_bytes)} before clients must wait`,
    ],
  ];
  return (
    <dl className={styles.figures}>
      {figures.map(([name, value, more]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
          <dd className={styles.dim}>{more}</dd>
        </div>
      ))}
    </dl>
  );
}

function Signals({ state, before }: { state: ServerState; before: ServerState | undefined }) {
  const seconds = (value: number | null) => formatDuration(value === null ? null : value * 1e9);
  return (
    <>
      <h3 className={styles.title}>What comes in, since the start</h3>
      <Rows
        label="What comes in"
        columns={[
          "Signal",
          "Rows a second",
          "Rows",
          "Received",
          "Commit p50",
          "Commit p95",
          "Waiting",
          "Sent again",
          "Refused",
        ]}
        minWidth={860}
      >
        {state.signals.map((it) => (
          <Table.Tr key={it.signal}>
            <Table.Td>{SIGNALS[it.signal] ?? it.signal}</Table.Td>
            <Table.Td>{formatRate(rowsPerSecond(before, state, it.signal))}</Table.Td>
            <Table.Td>{formatCount(it.row_count)}</Table.Td>
            <Table.Td>{formatBytes(it.size_bytes)}</Table.Td>
            <Table.Td>{seconds(it.commit_p50_s)}</Table.Td>
            <Table.Td>{seconds(it.commit_p95_s)}</Table.Td>
            <Table.Td>
              {formatCount(it.queue_export_count)}
              {it.queue_bytes > 0 && ` (${formatBytes(it.queue_bytes)})`}
            </Table.Td>
            <Table.Td>{formatCount(it.resend_count)}</Table.Td>
            <Table.Td>
              {it.refusals.length === 0
                ? "nothing"
                : it.refusals.map(({ cause, request_count, row_count }) => (
                    <div key={cause} className={styles.bad}>
                      {cause.replaceAll("_", " ")}: {request_count > 0 && `${formatCount(request_count)} exports`}
                      {request_count > 0 && row_count > 0 && ", "}
                      {row_count > 0 && `${formatCount(row_count)} rows`}
                    </div>
                  ))}
            </Table.Td>
          </Table.Tr>
        ))}
      </Rows>
    </>
  );
}

function Stored({ state }: { state: ServerState }) {
  return (
    <>
      <h3 className={styles.title}>What is stored, of all projects</h3>
      <Rows label="What is stored" columns={["Table", "Rows", "On disk", "A row", "Parts"]} minWidth={480}>
        {state.tables.map((it) => (
          <Table.Tr key={it.table}>
            <Table.Td>
              <code>{it.table}</code>
            </Table.Td>
            <Table.Td>{formatCount(it.row_count)}</Table.Td>
            <Table.Td>{formatBytes(it.size_bytes)}</Table.Td>
            <Table.Td>{it.row_count > 0 ? formatBytes(it.size_bytes / it.row_count) : UNKNOWN}</Table.Td>
            <Table.Td>{formatCount(it.part_count)}</Table.Td>
          </Table.Tr>
        ))}
      </Rows>
    </>
  );
}

function Complaints({ state }: { state: ServerState }) {
  const zone = useTimeZone();
  return (
    <>
      <h3 className={styles.title}>Last warnings and errors of its log</h3>
      {state.complaints.length === 0 && <p className={styles.nothing}>None since it started.</p>}
      <ul className={styles.complaints}>
        {state.complaints.map((it, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: lines of a log have no id
          <li key={index} data-level={it.level}>
            <time>{formatInstant(it.time, zone, Date.now())}</time>
            <strong>{it.level}</strong>
            <span>
              {it.text} <span className={styles.dim}>{it.details}</span>
            </span>
          </li>
        ))}
      </ul>
    </>
  );
}

/** What `value` was before it became what it is. */
function usePrevious(value: ServerState | undefined): ServerState | undefined {
  const [previous, setPrevious] = useState<ServerState | undefined>();
  const latest = useRef<ServerState | undefined>(undefined);
  useEffect(() => {
    if (latest.current !== value) setPrevious(latest.current);
    latest.current = value;
  }, [value]);
  return previous;
}
