/** One trace in the list: the whole row is the link to it. */

import { Link } from "@tanstack/react-router";
import { type MouseEvent, memo, type ReactNode } from "react";
import type { TraceSummary } from "../api/types";
import { formatPlural } from "../lib/format";
import type { RangeSearch } from "../lib/search";
import type { TraceColumn } from "../lib/traceColumns";
import styles from "./TraceTable.module.css";
import { useTimeZone } from "./timeZone";
import { CELLS } from "./traceCells";

interface TraceRowProps {
  row: TraceSummary;
  columns: readonly TraceColumn[];
  index: number;
  top_px: number;
  height_px: number;
  isFresh: boolean;
  isMarked: boolean;
  /** Whether the Tab key stops here; one row of the list does. */
  isTabStop: boolean;
  now_ms: number;
  /** What the trace's page takes over from this one. */
  search: RangeSearch;
  onFocus: (traceId: string) => void;
  onMark: (traceId: string) => void;
}

export const TraceRow = memo(function TraceRow(props: TraceRowProps) {
  const { row, columns, index, top_px, height_px, isFresh, isMarked, isTabStop, now_ms, search } = props;
  const zone = useTimeZone();
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the link has the keyboard
    <div
      onClick={followLink}
      role="row"
      aria-rowindex={index + 2}
      className={styles.row}
      data-fresh={isFresh || undefined}
      data-marked={isMarked || undefined}
      style={{ transform: `translateY(${top_px}px)`, height: height_px }}
    >
      <div role="cell" data-column="mark">
        <input
          type="checkbox"
          tabIndex={-1}
          aria-label={`Mark ${row.name || "the trace"}`}
          checked={isMarked}
          onClick={(event) => event.stopPropagation()}
          onChange={() => props.onMark(row.trace_id)}
        />
      </div>
      {columns.map(({ id }) => {
        if (id === "trace") {
          return (
            <Cell
              key={id}
              column={id}
              title={row.root_is_missing ? `${row.name} (its first span has not arrived)` : row.name}
            >
              <Link
                to="/traces/$traceId"
                params={{ traceId: row.trace_id }}
                search={search}
                state={{ isFromList: true }}
                className={styles.link}
                data-trace={row.trace_id}
                tabIndex={isTabStop ? 0 : -1}
                preload={false}
                onFocus={() => props.onFocus(row.trace_id)}
              >
                {row.name || "(no name)"}
              </Link>
              <span className={styles.second}>
                {row.service_name || "unknown service"}
                {row.span_count > 1 && ` · ${formatPlural(row.span_count, "span")}`}
              </span>
            </Cell>
          );
        }
        const { content, title } = CELLS[id](row, now_ms, zone, search);
        return (
          <Cell key={id} column={id} title={title}>
            {content}
          </Cell>
        );
      })}
    </div>
  );
});

function Cell({ column, title, children }: { column: string; title?: string | undefined; children: ReactNode }) {
  return (
    <div role="cell" data-column={column} title={title}>
      {children}
    </div>
  );
}

/** Follow the row's link for a click beside it and other links: cells with a tooltip lie above the link, which covers the rest of the row. */
function followLink(event: MouseEvent<HTMLElement>): void {
  const link = event.currentTarget.querySelector("a[data-trace]");
  if (link === null || (event.target as Element).closest("a") !== null) return;
  const { ctrlKey, metaKey, shiftKey } = event;
  link.dispatchEvent(
    new globalThis.MouseEvent("click", { bubbles: true, cancelable: true, ctrlKey, metaKey, shiftKey }),
  );
}
