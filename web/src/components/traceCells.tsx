/** What each column of a list of traces shows of a trace. */

import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import type { TraceSummary } from "../api/types";
import { formatCount, formatDuration, formatPlural, UNKNOWN } from "../lib/format";
import { keepRange, type RangeSearch } from "../lib/search";
import { formatUtc, splitInstant } from "../lib/time";
import type { TimeZone } from "../lib/timeZone";
import type { TraceColumnId } from "../lib/traceColumns";
import { Cost } from "./Cost";
import people from "./People.module.css";
import styles from "./TraceTable.module.css";

/** What a cell shows, and its tooltip. */
export interface TraceCell {
  content: ReactNode;
  title?: string | undefined;
}

type CellOf = (row: TraceSummary, now_ms: number, zone: TimeZone, search: RangeSearch) => TraceCell;

/** Every column but the trace itself, which is the row's link. */
export const CELLS: Record<Exclude<TraceColumnId, "trace">, CellOf> = {
  time: (row, now_ms, zone) => {
    const { day, time } = splitInstant(row.start_time, zone, now_ms);
    return {
      title: formatUtc(row.start_time),
      content: (
        <>
          <span className={styles.first}>{time}</span>
          {day && <span className={styles.second}>{day}</span>}
        </>
      ),
    };
  },
  text: (row) => ({
    content: (
      <>
        <span className={styles.preview}>{row.input_preview || <Nothing />}</span>
        <span className={styles.previewDim}>{row.output_preview ? `→ ${row.output_preview}` : <Nothing />}</span>
      </>
    ),
  }),
  model: (row) => ({
    title: row.models.join(", "),
    content: (
      <>
        <span className={styles.first}>{row.models[0] ?? <Nothing />}</span>
        {row.models.length > 1 && <span className={styles.second}>+ {row.models.length - 1} more</span>}
      </>
    ),
  }),
  tokens: (row) => ({ content: <Tokens in_tokens={row.input_tokens} out_tokens={row.output_tokens} /> }),
  cost: (row) => ({
    content: (
      <Cost cost_usd={row.cost_usd} unpriced_count={row.unpriced_count} call_count={row.model_call_count} isShort />
    ),
  }),
  duration: (row) => ({ content: formatDuration(row.duration_ns) }),
  first_token: (row) => ({ content: formatDuration(row.time_to_first_token_ns) }),
  status: (row) => ({
    content:
      row.error_count > 0 ? (
        <span className={styles.failed}>{formatPlural(row.error_count, "error")}</span>
      ) : (
        <span className={styles.fine}>ok</span>
      ),
  }),
  service: (row) => ofText(row.service_name),
  environment: (row) => ofText(row.environment),
  release: (row) => ofText(row.release),
  session: ({ session_id }, _now_ms, _zone, search) =>
    ofLink(
      session_id,
      <Link to="/sessions/$sessionId" params={{ sessionId: session_id }} search={keepRange(search)} {...QUIET}>
        {session_id}
      </Link>,
    ),
  user: ({ user_id }, _now_ms, _zone, search) =>
    ofLink(
      user_id,
      <Link to="/users/$userId" params={{ userId: user_id }} search={keepRange(search)} {...QUIET}>
        {user_id}
      </Link>,
    ),
  spans: (row) => ({ content: formatCount(row.span_count) }),
  calls: (row) => ({ content: formatCount(row.model_call_count) }),
  trace_id: (row) => ({ title: row.trace_id, content: <span className={styles.id}>{row.trace_id}</span> }),
};

function ofText(text: string): TraceCell {
  return { title: text || undefined, content: text ? <span className={styles.first}>{text}</span> : <Nothing /> };
}

/** Links within a row: the Tab key stops at the trace alone, whose page has them too. */
const QUIET = { className: people.quietLink, tabIndex: -1, preload: false } as const;

function ofLink(text: string, link: ReactNode): TraceCell {
  return { title: text || undefined, content: text ? <span className={styles.first}>{link}</span> : <Nothing /> };
}

function Tokens({ in_tokens, out_tokens }: { in_tokens: number | null; out_tokens: number | null }) {
  if (in_tokens === null && out_tokens === null) return <Nothing />;
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
