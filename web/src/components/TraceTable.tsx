/** The list of traces: newest first, only the rows in view drawn, every row a link. */

import { useElementScrollRestoration } from "@tanstack/react-router";
import { useVirtualizer } from "@tanstack/react-virtual";
import { type Ref, useCallback, useEffect, useImperativeHandle, useRef, useState } from "react";
import type { TraceSummary } from "../api/types";
import { moveByKey } from "../lib/listKeys";
import type { RangeSearch } from "../lib/search";
import { leastWidth, readColumns, type TraceColumn } from "../lib/traceColumns";
import { TraceRow } from "./TraceRow";
import styles from "./TraceTable.module.css";

/** Rows from the end at which older ones are asked for. */
const AHEAD_ROWS = 40;

const HEAD_PX = 29;
const ROW_PX = 46;

/** Where a trace is a card of three lines, on a phone, it always shows these. */
const CARD_PX = 92;
const CARD_COLUMNS = readColumns("trace,time,text,tokens,cost,duration,status");

/** What the page's keys do to the list. */
export interface TraceTableKeys {
  /** Move as `moveByKey` says. */
  move: (key: string) => void;
  /** Mark the chosen row, or take its mark away. */
  mark: () => void;
}

interface TraceTableProps {
  /** Null stands for a row that was let go, and is asked for again when it is seen. */
  rows: readonly (TraceSummary | null)[];
  columns: readonly TraceColumn[];
  /** Traces that have just appeared and are shown so for a moment. */
  freshIds: ReadonlySet<string>;
  markedIds: ReadonlySet<string>;
  now_ms: number;
  isNarrow: boolean;
  /** What a trace's page takes over from this one. */
  search: RangeSearch;
  hasOlder: boolean;
  isLoadingOlder: boolean;
  /** Whether the last try to get older traces failed; the reader may try again. */
  hasOlderFailed: boolean;
  /** Set when there are older traces that this list is too long for: goes on with a new list there. */
  onGoOn?: (() => void) | undefined;
  /** How many traces wait above while the reader is scrolled down. */
  waitingCount: number;
  onMark: (traceId: string) => void;
  onNeedOlder: () => void;
  /** The rows between two places are in sight. */
  onSeen: (first: number, last: number) => void;
  onScrolledChange: (isScrolled: boolean) => void;
  ref: Ref<TraceTableKeys>;
}

export function TraceTable(props: TraceTableProps) {
  const { rows, isNarrow, hasOlder, isLoadingOlder, hasOlderFailed, onMark, onNeedOlder, onSeen, onScrolledChange } =
    props;
  const scrollRef = useRef<HTMLDivElement>(null);
  // the row is known by its trace, so that it stays chosen while others come in above
  const [currentId, setCurrentId] = useState<string | null>(null);
  const currentIndex = rows.findIndex((row) => row?.trace_id === currentId);
  const restored = useElementScrollRestoration({ id: "traces" });
  const columns = isNarrow ? CARD_COLUMNS : props.columns;
  const [rowHeight, headHeight] = isNarrow ? [CARD_PX, 0] : [ROW_PX, HEAD_PX];
  const virtualizer = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scrollRef.current,
    estimateSize: () => rowHeight,
    getItemKey: (index) => rows[index]?.trace_id ?? index,
    initialOffset: restored?.scrollY ?? 0,
    scrollMargin: headHeight,
    scrollPaddingStart: headHeight,
    overscan: 10,
  });
  const items = virtualizer.getVirtualItems();
  const firstIndex = items[0]?.index ?? 0;
  const lastIndex = items.at(-1)?.index ?? 0;

  useEffect(() => {
    const isNearEnd = lastIndex >= rows.length - AHEAD_ROWS;
    if (hasOlder && !isLoadingOlder && !hasOlderFailed && isNearEnd) onNeedOlder();
  }, [hasOlder, isLoadingOlder, hasOlderFailed, lastIndex, rows.length, onNeedOlder]);

  useEffect(() => onSeen(firstIndex, lastIndex), [firstIndex, lastIndex, onSeen]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: measured sizes are of no use once the height is another one
  useEffect(() => virtualizer.measure(), [rowHeight, virtualizer]);

  const moveTo = (index: number) => {
    const row = rows[index];
    if (!row) return;
    setCurrentId(row.trace_id);
    virtualizer.scrollToIndex(index, { align: "auto" });
    // a row that was out of view exists only after the next frame
    requestAnimationFrame(() =>
      scrollRef.current?.querySelector<HTMLElement>(`a[data-trace="${row.trace_id}"]`)?.focus({ preventScroll: true }),
    );
  };
  useImperativeHandle(props.ref, () => ({
    move: (key) => {
      const next = moveByKey(key, currentIndex, rows.length);
      if (next !== null) moveTo(next);
    },
    mark: () => {
      if (currentId !== null && currentIndex >= 0) onMark(currentId);
    },
  }));

  const toTop = () => {
    scrollRef.current?.scrollTo({ top: 0 });
    onScrolledChange(false);
  };
  const onFocus = useCallback((traceId: string) => setCurrentId(traceId), []);

  return (
    <div className={styles.table}>
      {props.waitingCount > 0 && (
        <button type="button" className={styles.waiting} onClick={toTop}>
          ↑ {props.waitingCount}
          {props.waitingCount >= 50 ? "+" : ""} new
        </button>
      )}
      <div
        ref={scrollRef}
        role="table"
        aria-label="Traces"
        aria-rowcount={hasOlder ? -1 : rows.length + 1}
        className={styles.scroll}
        data-scroll-restoration-id="traces"
        onScroll={(event) => onScrolledChange(event.currentTarget.scrollTop > 4)}
      >
        <div
          role="presentation"
          className={styles.sheet}
          style={{
            minWidth: isNarrow ? undefined : leastWidth(columns),
            ["--columns" as string]: `18px ${columns.map((column) => column.width).join(" ")}`,
          }}
        >
          <div role="rowgroup" className={styles.head}>
            <div role="row" className={styles.headRow} aria-rowindex={1}>
              <span role="columnheader" aria-label="Mark" data-column="mark" />
              {columns.map(({ id, title, isNumeric }) => (
                <span key={id} role="columnheader" data-numeric={isNumeric || undefined}>
                  {title}
                </span>
              ))}
            </div>
          </div>
          <div role="rowgroup" className={styles.canvas} style={{ height: virtualizer.getTotalSize() }}>
            {items.map((item) => {
              const row = rows[item.index];
              if (row === undefined) return null;
              if (row === null) {
                const style = { transform: `translateY(${item.start - headHeight}px)`, height: rowHeight };
                return <div key={item.key} role="presentation" className={styles.absent} style={style} />;
              }
              return (
                <TraceRow
                  key={row.trace_id}
                  row={row}
                  columns={columns}
                  index={item.index}
                  top_px={item.start - headHeight}
                  height_px={rowHeight}
                  isFresh={props.freshIds.has(row.trace_id)}
                  isMarked={props.markedIds.has(row.trace_id)}
                  isTabStop={item.index === Math.max(currentIndex, 0)}
                  now_ms={props.now_ms}
                  search={props.search}
                  onFocus={onFocus}
                  onMark={onMark}
                />
              );
            })}
          </div>
        </div>
        <div role="presentation" className={styles.end}>
          <EndOfList {...props} />
        </div>
      </div>
    </div>
  );
}

function EndOfList({ hasOlder, hasOlderFailed, rows, onGoOn, onNeedOlder }: TraceTableProps) {
  if (hasOlderFailed)
    return (
      <button type="button" onClick={onNeedOlder}>
        Older traces could not be loaded. Try again
      </button>
    );
  if (onGoOn)
    return (
      <>
        These are the newest {rows.length.toLocaleString("en-US")} traces.{" "}
        <button type="button" onClick={onGoOn}>
          Go on with older ones
        </button>
      </>
    );
  return hasOlder ? "Loading older traces …" : "No older traces in this range";
}
