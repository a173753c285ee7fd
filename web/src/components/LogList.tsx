/** Logs that were written within a trace, those of the chosen span marked. */

import type { LogRecord } from "../api/types";
import { formatInstant, formatUtc } from "../lib/time";
import styles from "./EventList.module.css";
import { LongText } from "./LongText";
import { useTimeZone } from "./timeZone";

export function LogList({ logs, spanId }: { logs: readonly LogRecord[] | undefined; spanId: string }) {
  const zone = useTimeZone();
  if (logs === undefined) return <p className={styles.nothing}>Loading …</p>;
  if (logs.length === 0) return <p className={styles.nothing}>No log carries this trace's id.</p>;
  const inOrder = [...logs].sort((one, other) => one.time.localeCompare(other.time));
  return (
    <ol className={styles.list}>
      {inOrder.map((log, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: logs have no id, and never change place
        <li key={index}>
          <div className={styles.line}>
            <time title={formatUtc(log.time)}>{formatInstant(log.time, zone, Date.now())}</time>
            <span className={styles.level} data-level={levelOf(log.severity_number)}>
              {log.severity_text || "log"}
            </span>
            {log.span_id === spanId && <span className={styles.here}>this span</span>}
          </div>
          <LongText text={log.is_cut ? `${log.body}…` : log.body} />
        </li>
      ))}
    </ol>
  );
}

/** OpenTelemetry's severities: from 13 warnings, from 17 errors. */
function levelOf(severity_number: number): string {
  return severity_number >= 17 ? "error" : severity_number >= 13 ? "warn" : "info";
}
