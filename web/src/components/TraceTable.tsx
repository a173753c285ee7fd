/** The list of traces: newest first, only the rows in view drawn, every row a link. */

import { useElementScrollRestoration } from "@tanstack/react-router";
import { useVirtualizer } from "@tanstack/react-virtual";
import { useEffect, useRef, useState } from "react";
import type { TraceSummary } from "../api/types";
import { moveByKey } from "../lib/listKeys";
import { TraceRow } from "./TraceRow";
import styles from "./TraceTable.module.css";

/** Rows from the end at which older ones are asked for. */
const AHEAD_ROWS = 15;

const COLUMNS = ["Time", "Trace", "Input → output", "Model", "Tokens", "Cost", "Duration", "First token", "Status"];

interface TraceTableProps {
  rows: readonly TraceSummary[];
  /** Traces that have just appeared and are shown so for a moment. */
  freshIds: ReadonlySet<string>;
  now_ms: number;
  isNarrow: boolean;
  project: string | undefined;
  hasOlder: boolean;
  isLoadingOlder: boolean;
  /** Whether the last try to get older traces failed; the reader may try again. */
  hasOlderFailed: boolean;
  /** How many traces wait above while the reader is scrolled down. */
  waitingCount: number;
  onNeedOlder: () => void;
  onScrolledChange: (isScrolled: boolean) => void;
}

export function TraceTable(props: TraceTableProps) {
  const { rows, isNarrow, hasOlder, isLoadingOlder, hasOlderFailed, onNeedOlder, onScrolledChange } = props;
  const scrollRef = useRef<HTMLDivElement>(null);
  // the row is known by its trace, so that it stays chosen while others come in above
  const [currentId, setCurrentId] = useState<string | null>(null);
  const currentIndex = rows.findIndex((row) => row.trace_id === currentId);
  const restored = useElementScrollRestoration({ id: "traces" });
  const rowHeight = isNarrow ? 92 : 46;
  const virtualizer = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scrollRef.current,
    estimateSize: () => rowHeight,
    getItemKey: (index) => rows[index]?.trace_id ?? index,
    initialOffset: restored?.scrollY ?? 0,
    overscan: 10,
  });
  const items = virtualizer.getVirtualItems();
  const lastIndex = items.at(-1)?.index ?? 0;

  useEffect(() => {
    const isNearEnd = lastIndex >= rows.length - AHEAD_ROWS;
    if (hasOlder && !isLoadingOlder && !hasOlderFailed && isNearEnd) onNeedOlder();
  }, [hasOlder, isLoadingOlder, hasOlderFailed, lastIndex, rows.length, onNeedOlder]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: measured sizes are of no use once the height is another one
  useEffect(() => virtualizer.measure(), [rowHeight, virtualizer]);

  const moveTo = (index: number) => {
    const row = rows[index];
    if (row === undefined) return;
    setCurrentId(row.trace_id);
    virtualizer.scrollToIndex(index, { align: "auto" });
    // a row that was out of view exists only after the next frame
    requestAnimationFrame(() =>
      scrollRef.current?.querySelector<HTMLElement>(`a[data-trace="${row.trace_id}"]`)?.focus({ preventScroll: true }),
    );
  };
  useListKeys((key) => {
    const next = moveByKey(key, currentIndex, rows.length);
    if (next !== null) moveTo(next);
    return next !== null;
  });

  const toTop = () => {
    scrollRef.current?.scrollTo({ top: 0 });
    onScrolledChange(false);
  };

  return (
    <div className={styles.table} role="table" aria-label="Traces" aria-rowcount={hasOlder ? -1 : rows.length + 1}>
      <div role="rowgroup" className={styles.head}>
        <div role="row" className={styles.headRow}>
          {COLUMNS.map((column) => (
            <span key={column} role="columnheader" data-column={column}>
              {column}
            </span>
          ))}
        </div>
      </div>
      {props.waitingCount > 0 && (
        <button type="button" className={styles.waiting} onClick={toTop}>
          ↑ {props.waitingCount}
          {props.waitingCount >= 50 ? "+" : ""} new
        </button>
      )}
      <div
        ref={scrollRef}
        role="rowgroup"
        className={styles.scroll}
        data-scroll-restoration-id="traces"
        onScroll={(event) => onScrolledChange(event.currentTarget.scrollTop > 4)}
      >
        <div role="presentation" className={styles.canvas} style={{ height: virtualizer.getTotalSize() }}>
          {items.map((item) => {
            const row = rows[item.index];
            if (row === undefined) return null;
            const isCurrent = item.index === Math.max(currentIndex, 0);
            return (
              <TraceRow
                key={row.trace_id}
                row={row}
                index={item.index}
                top_px={item.start}
                height_px={rowHeight}
                isFresh={props.freshIds.has(row.trace_id)}
                isTabStop={isCurrent}
                now_ms={props.now_ms}
                project={props.project}
                onFocus={() => setCurrentId(row.trace_id)}
              />
            );
          })}
        </div>
        <div role="presentation" className={styles.end}>
          {hasOlderFailed ? (
            <button type="button" onClick={onNeedOlder}>
              Older traces could not be loaded. Try again
            </button>
          ) : hasOlder ? (
            "Loading older traces …"
          ) : (
            "No older traces in this range"
          )}
        </div>
      </div>
    </div>
  );
}

/** Call `onKey` for keys that are meant for the list, wherever the focus is; it says whether it used the key. */
function useListKeys(onKey: (key: string) => boolean): void {
  const latest = useRef(onKey);
  useEffect(() => {
    latest.current = onKey;
  });
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      const isWriting =
        event.target instanceof Element && event.target.closest("input, textarea, select, [role=dialog]") !== null;
      if (isWriting || event.ctrlKey || event.metaKey || event.altKey) return;
      if (latest.current(event.key)) event.preventDefault();
    };
    window.addEventListener("keydown", onKeyDown);
    return () => window.removeEventListener("keydown", onKeyDown);
  }, []);
}
