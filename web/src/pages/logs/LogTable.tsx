/** The list of logs: newest first, only the rows in view drawn, each opened in its place. */

import { useVirtualizer } from "@tanstack/react-virtual";
import { useEffect, useRef, useState } from "react";
import { moveByKey } from "../../lib/listKeys";
import type { LogRow, LogsSearch } from "../../lib/logs";
import { useKeys } from "../shell/keys";
import { LogItem } from "./LogItem";
import styles from "./Logs.module.css";

/** Rows from the end at which older ones are asked for. */
const AHEAD_ROWS = 30;

const MOVES = ["j", "k", "ArrowDown", "ArrowUp", "PageDown", "PageUp", "Home", "End"];

interface LogTableProps {
  rows: readonly LogRow[];
  search: LogsSearch;
  isNarrow: boolean;
  hasOlder: boolean;
  isLoadingOlder: boolean;
  hasOlderFailed: boolean;
  /** How many records wait above while the reader is scrolled down. */
  waitingCount: number;
  onNeedOlder: () => void;
  onScrolledChange: (isScrolled: boolean) => void;
  /** A record is to be opened, or the open one closed. */
  onOpen: (id: string | undefined) => void;
  /** A condition is to be added to the filter. */
  onCondition: (condition: string) => void;
}

export function LogTable(props: LogTableProps) {
  const { rows, search, isNarrow, hasOlder, isLoadingOlder, hasOlderFailed, onNeedOlder, onScrolledChange } = props;
  const scrollRef = useRef<HTMLDivElement>(null);
  const [currentKey, setCurrentKey] = useState<string | null>(null);
  const currentIndex = rows.findIndex((row) => row.key === currentKey);
  const virtualizer = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scrollRef.current,
    estimateSize: () => (isNarrow ? 48 : 27),
    getItemKey: (index) => rows[index]?.key ?? index,
    overscan: 12,
  });
  const items = virtualizer.getVirtualItems();
  const lastIndex = items.at(-1)?.index ?? 0;

  useEffect(() => {
    const isNearEnd = lastIndex >= rows.length - AHEAD_ROWS;
    if (hasOlder && !isLoadingOlder && !hasOlderFailed && isNearEnd) onNeedOlder();
  }, [hasOlder, isLoadingOlder, hasOlderFailed, lastIndex, rows.length, onNeedOlder]);

  const moveTo = (index: number) => {
    const row = rows[index];
    if (row === undefined) return;
    setCurrentKey(row.key);
    virtualizer.scrollToIndex(index, { align: "auto" });
    // a row that was out of view exists only after the next frame
    requestAnimationFrame(() =>
      scrollRef.current
        ?.querySelector<HTMLElement>(`[data-log="${CSS.escape(row.key)}"]`)
        ?.focus({ preventScroll: true }),
    );
  };
  const move = (key: string) => moveTo(moveByKey(key, currentIndex, rows.length) ?? 0);
  useKeys(Object.fromEntries(MOVES.map((key) => [key, () => move(key)])));

  return (
    <div className={styles.table}>
      {props.waitingCount > 0 && (
        <button
          type="button"
          className={styles.waiting}
          onClick={() => {
            scrollRef.current?.scrollTo({ top: 0 });
            onScrolledChange(false);
          }}
        >
          ↑ {props.waitingCount}
          {props.waitingCount >= 100 ? "+" : ""} new
        </button>
      )}
      <div
        ref={scrollRef}
        className={styles.scroll}
        onScroll={(event) => onScrolledChange(event.currentTarget.scrollTop > 4)}
      >
        <div className={styles.canvas} style={{ height: virtualizer.getTotalSize() }}>
          <ul
            className={styles.items}
            aria-label="Logs, newest first"
            style={{ transform: `translateY(${items[0]?.start ?? 0}px)` }}
          >
            {items.map((item) => {
              const row = rows[item.index];
              if (row === undefined) return null;
              return (
                <LogItem
                  key={row.key}
                  ref={virtualizer.measureElement}
                  index={item.index}
                  log={row}
                  search={search}
                  isOpen={search.log === row.key}
                  isTabStop={item.index === Math.max(currentIndex, 0)}
                  onFocus={() => setCurrentKey(row.key)}
                  onToggle={() => props.onOpen(search.log === row.key ? undefined : row.key)}
                  onCondition={props.onCondition}
                />
              );
            })}
          </ul>
        </div>
        <div className={styles.end}>
          {hasOlderFailed ? (
            <button type="button" onClick={onNeedOlder}>
              Older logs could not be loaded. Try again
            </button>
          ) : hasOlder ? (
            "Loading older logs …"
          ) : (
            "No older logs in this range"
          )}
        </div>
      </div>
    </div>
  );
}
