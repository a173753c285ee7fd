/** Logs that were written within a trace, those of the chosen span marked. */

import { SegmentedControl } from "@mantine/core";
import { useState } from "react";
import type { LogRecord } from "../api/types";
import { formatInstant, formatUtc } from "../lib/time";
import styles from "./EventList.module.css";
import { LongText } from "./LongText";
import { useTimeZone } from "./timeZone";

interface LogListProps {
  logs: readonly LogRecord[] | undefined;
  spanId: string;
  /** Choose the span that a log belongs to. */
  onChooseId: (span_id: string) => void;
}

export function LogList({ logs, spanId, onChooseId }: LogListProps) {
  const zone = useTimeZone();
  const [isOwnOnly, setOwnOnly] = useState(false);
  if (logs === undefined) return <p className={styles.nothing}>Loading …</p>;
  if (logs.length === 0) return <p className={styles.nothing}>No log carries this trace's id.</p>;
  const own = logs.filter((log) => log.span_id === spanId);
  const inOrder = [...(isOwnOnly ? own : logs)].sort((one, other) => one.time.localeCompare(other.time));
  return (
    <>
      <SegmentedControl
        size="xs"
        mb="xs"
        aria-label="Which logs"
        data={[
          { value: "all", label: `Whole trace ${logs.length}` },
          { value: "own", label: `This span ${own.length}` },
        ]}
        value={isOwnOnly ? "own" : "all"}
        onChange={(which) => setOwnOnly(which === "own")}
      />
      <ol className={styles.list}>
        {inOrder.map((log, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: logs have no id, and never change place
          <li key={index}>
            <div className={styles.line}>
              <time title={formatUtc(log.time)}>{formatInstant(log.time, zone, Date.now())}</time>
              <span className={styles.level} data-level={levelOf(log.severity_number)}>
                {log.severity_text || "log"}
              </span>
              <strong>{log.event_name}</strong>
              {log.span_id === spanId ? (
                <span className={styles.here}>this span</span>
              ) : (
                log.span_id && (
                  <button type="button" className={styles.other} onClick={() => onChooseId(log.span_id)}>
                    go to its span
                  </button>
                )
              )}
            </div>
            <LongText text={log.is_cut ? `${log.body}…` : log.body} />
          </li>
        ))}
      </ol>
    </>
  );
}

/** OpenTelemetry's severities: from 13 warnings, from 17 errors. */
function levelOf(severity_number: number): string {
  return severity_number >= 17 ? "error" : severity_number >= 13 ? "warn" : "info";
}
