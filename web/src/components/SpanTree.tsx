/** The spans of a trace as a tree with a waterfall beside it; only the rows in view are drawn. */

import { useVirtualizer } from "@tanstack/react-virtual";
import { type KeyboardEvent, useCallback, useEffect, useMemo, useRef } from "react";
import type { SpanNode } from "../api/types";
import type { CriticalPath } from "../lib/criticalPath";
import { formatDuration } from "../lib/format";
import type { Stream } from "../lib/stream";
import { axisOf, axisTicks, drawnStretches, type Stretch } from "../lib/waterfall";
import { SpanRow } from "./SpanRow";
import styles from "./SpanTree.module.css";
import type { SpanTreeState } from "./useSpanTree";

const ROW_HEIGHT_PX = 28;

interface SpanTreeProps {
  spans: readonly SpanNode[];
  tree: SpanTreeState;
  /** Position of the span that is chosen. */
  chosen: number;
  onChoose: (index: number) => void;
  /** The path to mark; null to mark none. */
  path: CriticalPath | null;
  /** Positions of the spans that a search found; null while nothing is looked for. */
  found: ReadonlySet<number> | null;
  /** How the chosen span's answer came, when it is known. */
  stream: Stream | null;
}

export function SpanTree({ spans, tree, chosen, onChoose, path, found, stream }: SpanTreeProps) {
  const scrollRef = useRef<HTMLDivElement>(null);
  const { rows, chosenRow } = tree;
  const axis = useMemo(() => axisOf(spans), [spans]);
  const criticalOf = useDrawnPath(path, axis);
  // the same for every row and at every time, so that a row in view is not drawn again while others are scrolled to
  const latest = useRef({ onChoose, fold: tree.fold });
  useEffect(() => {
    latest.current = { onChoose, fold: tree.fold };
  });
  const choose = useCallback((index: number) => latest.current.onChoose(index), []);
  const fold = useCallback((index: number, isFolded: boolean) => latest.current.fold(index, isFolded), []);
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

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (tree.press(event.key)) event.preventDefault();
  };

  return (
    <div className={styles.pane}>
      <Axis length_ns={axis.length_ns} />
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
                isFound={found === null ? null : found.has(row.index)}
                critical={criticalOf(row.index)}
                stream={row.index === chosen ? stream : null}
                onChoose={choose}
                onFold={fold}
              />
            );
          })}
        </div>
      </div>
    </div>
  );
}

const NOTHING: readonly Stretch[] = [];

/** What of the critical path each span is, worked out when its row is first drawn. */
function useDrawnPath(path: CriticalPath | null, axis: { start_ns: number; length_ns: number }) {
  return useMemo(() => {
    const drawn = new Map<number, readonly Stretch[]>();
    return (index: number): readonly Stretch[] => {
      const stretches = path?.stretches.get(index);
      if (stretches === undefined) return NOTHING;
      const known = drawn.get(index) ?? drawnStretches(stretches, axis);
      drawn.set(index, known);
      return known;
    };
  }, [path, axis]);
}

function Axis({ length_ns }: { length_ns: number }) {
  return (
    <div className={styles.axis} aria-hidden>
      <span>Span</span>
      <div className={styles.ticks}>
        {axisTicks(length_ns * 0.9, 3).map((tick_ns) => (
          <span key={tick_ns} style={{ left: `${(100 * tick_ns) / length_ns}%` }}>
            {formatDuration(tick_ns)}
          </span>
        ))}
      </div>
    </div>
  );
}
