/** One trace in the list: what was asked and answered, and what it took. */

import { Link } from "@tanstack/react-router";
import type { MouseEvent, ReactNode } from "react";
import type { TraceSummary } from "../api/types";
import { formatCount, formatDuration, formatPlural, UNKNOWN } from "../lib/format";
import { formatUtc, splitInstant } from "../lib/time";
import { Cost } from "./Cost";
import styles from "./TraceTable.module.css";
import { useTimeZone } from "./timeZone";

interface TraceRowProps {
  row: TraceSummary;
  index: number;
  top_px: number;
  height_px: number;
  isFresh: boolean;
  /** Whether the Tab key stops here; one row of the list does. */
  isTabStop: boolean;
  now_ms: number;
  project: string | undefined;
  onFocus: () => void;
}

export function TraceRow({
  row,
  index,
  top_px,
  height_px,
  isFresh,
  isTabStop,
  now_ms,
  project,
  onFocus,
}: TraceRowProps) {
  const zone = useTimeZone();
  const { day, time } = splitInstant(row.start_time, zone, now_ms);
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the link has the keyboard
    <div
      onClick={followLink}
      role="row"
      aria-rowindex={index + 2}
      className={styles.row}
      data-fresh={isFresh || undefined}
      style={{ transform: `translateY(${top_px}px)`, height: height_px }}
    >
      <Cell column="Time" title={formatUtc(row.start_time)}>
        <span className={styles.first}>{time}</span>
        {day && <span className={styles.second}>{day}</span>}
      </Cell>
      <Cell column="Trace" title={row.root_is_missing ? `${row.name} (its first span has not arrived)` : row.name}>
        <Link
          to="/traces/$traceId"
          params={{ traceId: row.trace_id }}
          search={{ project }}
          state={{ isFromList: true }}
          className={styles.link}
          data-trace={row.trace_id}
          tabIndex={isTabStop ? 0 : -1}
          onFocus={onFocus}
        >
          {row.name || "(no name)"}
        </Link>
        <span className={styles.second}>
          {row.service_name || "unknown service"}
          {row.span_count > 1 && ` · ${formatPlural(row.span_count, "span")}`}
        </span>
      </Cell>
      <Cell column="Input → output">
        <span className={styles.preview}>{row.input_preview || <Nothing />}</span>
        <span className={styles.previewDim}>{row.output_preview ? `→ ${row.output_preview}` : <Nothing />}</span>
      </Cell>
      <Cell column="Model" title={row.models.join(", ")}>
        <span className={styles.first}>{row.models[0] ?? UNKNOWN}</span>
        {row.models.length > 1 && <span className={styles.second}>+ {row.models.length - 1} more</span>}
      </Cell>
      <Cell column="Tokens">
        <Tokens in_tokens={row.input_tokens} out_tokens={row.output_tokens} />
      </Cell>
      <Cell column="Cost">
        <Cost cost_usd={row.cost_usd} unpriced_count={row.unpriced_count} call_count={row.model_call_count} isShort />
      </Cell>
      <Cell column="Duration">{formatDuration(row.duration_ns)}</Cell>
      <Cell column="First token">{formatDuration(row.time_to_first_token_ns)}</Cell>
      <Cell column="Status">
        {row.error_count > 0 ? (
          <span className={styles.failed}>{formatPlural(row.error_count, "error")}</span>
        ) : (
          <span className={styles.fine}>ok</span>
        )}
      </Cell>
    </div>
  );
}

function Cell({ column, title, children }: { column: string; title?: string; children: ReactNode }) {
  return (
    <div role="cell" data-column={column} title={title}>
      {children}
    </div>
  );
}

function Tokens({ in_tokens, out_tokens }: { in_tokens: number | null; out_tokens: number | null }) {
  if (in_tokens === null && out_tokens === null) return <span className={styles.fine}>{UNKNOWN}</span>;
  return (
    <>
      <span className={styles.first}>
        {formatCount(in_tokens)} <small>in</small>
      </span>
      <span className={styles.second}>
        {formatCount(out_tokens)} <small>out</small>
      </span>
    </>
  );
}

function Nothing() {
  return <span className={styles.fine}>{UNKNOWN}</span>;
}

/** Follow the row's link for a click beside it: cells with a tooltip lie above the link, which covers the rest of the row. */
function followLink(event: MouseEvent<HTMLElement>): void {
  const link = event.currentTarget.querySelector("a");
  if (link === null || link.contains(event.target as Node)) return;
  const { ctrlKey, metaKey, shiftKey } = event;
  link.dispatchEvent(
    new globalThis.MouseEvent("click", { bubbles: true, cancelable: true, ctrlKey, metaKey, shiftKey }),
  );
}
