/** Retention: what is kept how long, and what it takes. */

import { Table } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { retention } from "../../api/settings";
import { formatBytes, formatCount, formatPlural, UNKNOWN } from "../../lib/format";
import { Refused, Rows, SectionHead, WaitingRows } from "./Section";
import styles from "./Settings.module.css";

const BRIEFS: Record<string, string> = {
  spans: "Spans of traces, with prompts and answers",
  trace_minute: "What traces came to, by session and user; with their spans",
  logs: "Log records and events",
  metric_points: "Points of metrics",
  scores: "Scores and feedback",
  readings: "What alert rules measured",
  usage_minute: "Usage by the minute: counts, tokens, cost, latencies",
  usage_hour: "Usage by the hour",
};

export function Retention() {
  const list = useQuery(retention());
  const total_bytes = list.data?.every((it) => it.size_bytes !== null)
    ? list.data.reduce((sum, it) => sum + (it.size_bytes ?? 0), 0)
    : null;
  return (
    <section>
      <SectionHead
        title="Retention"
        brief="How long rows are kept, after which whole days of them are removed by themselves. A setting of the server changes it, at its next start."
      />
      {list.isPending && <WaitingRows count={5} />}
      {list.error && <Refused error={list.error} scope="read" />}
      {list.data && (
        <Rows
          label="Retention"
          columns={["What", "Kept for", "Rows", "On disk", "Oldest day", "Setting"]}
          minWidth={820}
        >
          {list.data.map((it) => (
            <Table.Tr key={it.table}>
              <Table.Td>
                <code>{it.table}</code>
                <div className={styles.dim}>{BRIEFS[it.table]}</div>
              </Table.Td>
              <Table.Td>
                {it.kept_days === 0 ? "ever" : formatPlural(it.kept_days, "day")}
                <div className={styles.dim}>after {it.counted_from === "arrival" ? "arrival" : "the spans' start"}</div>
              </Table.Td>
              <Table.Td>{formatCount(it.row_count)}</Table.Td>
              <Table.Td>{it.size_bytes === null ? UNKNOWN : formatBytes(it.size_bytes)}</Table.Td>
              <Table.Td>{it.oldest_day ?? UNKNOWN}</Table.Td>
              <Table.Td>
                <code>{it.setting}</code>
              </Table.Td>
            </Table.Tr>
          ))}
        </Rows>
      )}
      <p className={styles.dim}>
        {total_bytes !== null && `${formatBytes(total_bytes)} on disk, of all projects. `}
        Rows of a day that is over are removed within hours; a longer time keeps what is still there.
      </p>
    </section>
  );
}
