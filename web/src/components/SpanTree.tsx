/** The spans of a trace as a tree with a waterfall beside it; only the rows in view are drawn. */

import { useVirtualizer } from "@tanstack/react-virtual";
import { type KeyboardEvent, useEffect, useMemo, useRef, useState } from "react";
import type { SpanNode } from "../api/types";
import { formatDuration } from "../lib/format";
import { moveByKey } from "../lib/listKeys";
import { countDescendants, parentOf, visibleRows } from "../lib/tree";
import { axisOf, axisTicks } from "../lib/waterfall";
import { SpanRow } from "./SpanRow";
import styles from "./SpanTree.module.css";

const ROW_HEIGHT_PX = 28;

interface SpanTreeProps {
  spans: readonly SpanNode[];
  /** Position of the span that is chosen. */
  chosen: number;
  onChoose: (index: number) => void;
}

export function SpanTree({ spans, chosen, onChoose }: SpanTreeProps) {
  const scrollRef = useRef<HTMLDivElement>(null);
  const [folded, setFolded] = useState<ReadonlySet<string>>(new Set());
  const counts = useMemo(() => countDescendants(spans), [spans]);
  const rows = useMemo(() => visibleRows(spans, counts, folded), [spans, counts, folded]);
  const axis = useMemo(() => axisOf(spans), [spans]);
  const chosenRow = rows.findIndex((row) => row.index === chosen);
  const virtualizer = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scrollRef.current,
    estimateSize: () => ROW_HEIGHT_PX,
    getItemKey: (index) => rows[index]?.index ?? index,
    overscan: 12,
  });

  useEffect(() => {
    if (chosenRow >= 0) virtualizer.scrollToIndex(chosenRow, { align: "auto" });
  }, [chosenRow, virtualizer]);

  const fold = (index: number, isFolded: boolean) => {
    const span_id = spans[index]?.span_id ?? "";
    const next = new Set(folded);
    if (isFolded) next.add(span_id);
    else next.delete(span_id);
    setFolded(next);
  };
  /** Fold or unfold; a span that is folded already, or has nothing below it, leads to its parent. */
  const foldByKey = (isFolded: boolean) => {
    const row = rows[chosenRow];
    if (row === undefined) return;
    const canFold = row.descendant_count > 0 && !row.is_folded;
    if (!isFolded || canFold) fold(row.index, isFolded);
    else if (parentOf(spans, row.index) >= 0) onChoose(parentOf(spans, row.index));
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const next = moveByKey(event.key, chosenRow, rows.length);
    if (next !== null) onChoose(rows[next]?.index ?? 0);
    else if (event.key === "ArrowLeft" || event.key === "ArrowRight") foldByKey(event.key === "ArrowLeft");
    else return;
    event.preventDefault();
  };

  return (
    <div className={styles.pane}>
      <div className={styles.axis} aria-hidden>
        <span>Span</span>
        <div className={styles.ticks}>
          {axisTicks(axis.length_ns * 0.9, 3).map((tick_ns) => (
            <span key={tick_ns} style={{ left: `${(100 * tick_ns) / axis.length_ns}%` }}>
              {formatDuration(tick_ns)}
            </span>
          ))}
        </div>
      </div>
      <div
        ref={scrollRef}
        className={styles.scroll}
        role="tree"
        aria-label="Spans"
        tabIndex={0}
        aria-activedescendant={chosenRow >= 0 ? `span-${chosen}` : undefined}
        onKeyDown={onKeyDown}
      >
        <div role="presentation" className={styles.canvas} style={{ height: virtualizer.getTotalSize() }}>
          {virtualizer.getVirtualItems().map((item) => {
            const row = rows[item.index];
            const span = row && spans[row.index];
            if (!row || !span) return null;
            return (
              <SpanRow
                key={row.index}
                span={span}
                row={row}
                axis={axis}
                top_px={item.start}
                isChosen={row.index === chosen}
                onChoose={() => onChoose(row.index)}
                onFold={() => fold(row.index, !row.is_folded)}
              />
            );
          })}
        </div>
      </div>
    </div>
  );
}
