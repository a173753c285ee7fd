/** The steps of both traces in rows: the same step of both stands in one row; only the rows in view are drawn. */

import { useVirtualizer } from "@tanstack/react-virtual";
import { useEffect, useRef } from "react";
import type { SpanNode } from "../../api/types";
import { KindSign } from "../../components/KindSign";
import type { StepPair } from "../../lib/alignSteps";
import { formatCost, formatDuration, formatShortCount } from "../../lib/format";
import { kindOf } from "../../lib/spanKind";
import { changeOf, tokensOf } from "../../lib/traceChanges";
import styles from "./Compare.module.css";
import { Difference } from "./FigureTable";

const ROW_HEIGHT_PX = 44;
const DEEPEST_INDENT = 8;

interface StepPairsProps {
  left: readonly SpanNode[];
  right: readonly SpanNode[];
  pairs: readonly StepPair[];
  chosen: number;
  onChoose: (row: number) => void;
}

export function StepPairs({ left, right, pairs, chosen, onChoose }: StepPairsProps) {
  const scrollRef = useRef<HTMLDivElement>(null);
  const virtualizer = useVirtualizer({
    count: pairs.length,
    getScrollElement: () => scrollRef.current,
    estimateSize: () => ROW_HEIGHT_PX,
    overscan: 10,
  });
  useEffect(() => {
    virtualizer.scrollToIndex(chosen, { align: "auto" });
  }, [chosen, virtualizer]);
  return (
    <div ref={scrollRef} className={styles.steps} role="list" aria-label="Steps of both traces">
      <div role="presentation" className={styles.canvas} style={{ height: virtualizer.getTotalSize() }}>
        {virtualizer.getVirtualItems().map((item) => {
          const pair = pairs[item.index];
          if (pair === undefined) return null;
          const one = pair.left === null ? undefined : left[pair.left];
          const other = pair.right === null ? undefined : right[pair.right];
          return (
            <div
              key={item.index}
              role="listitem"
              className={styles.place}
              style={{ transform: `translateY(${item.start}px)` }}
            >
              <button
                type="button"
                className={styles.pair}
                aria-pressed={item.index === chosen}
                onClick={() => onChoose(item.index)}
              >
                <Side span={one} />
                <Side span={other} />
                <Changes left={one} right={other} />
              </button>
            </div>
          );
        })}
      </div>
    </div>
  );
}

function Side({ span }: { span: SpanNode | undefined }) {
  if (span === undefined) return <span className={styles.absent}>not there</span>;
  const tokens = tokensOf(span);
  const notes = [
    formatDuration(span.duration_ns),
    tokens === null ? "" : `${formatShortCount(tokens)} tokens`,
    span.cost_usd === null ? "" : formatCost(span.cost_usd),
  ];
  return (
    <span className={styles.side} style={{ paddingLeft: Math.min(span.depth, DEEPEST_INDENT) * 10 }}>
      <KindSign kind={kindOf(span)} />
      <span className={span.status_code === "error" ? styles.failed : styles.name}>{span.name || "(no name)"}</span>
      <span className={styles.notes}>{notes.filter(Boolean).join(" · ")}</span>
    </span>
  );
}

function Changes({ left, right }: { left: SpanNode | undefined; right: SpanNode | undefined }) {
  if (!left || !right) return <span className={styles.dim}>{right ? "added" : "gone"}</span>;
  const tokens = changeOf(tokensOf(left), tokensOf(right));
  return (
    <span className={styles.changes}>
      <Difference change={changeOf(left.duration_ns, right.duration_ns)} unit="ns" isShort />
      {tokens.difference !== null && tokens.difference !== 0 && <Difference change={tokens} unit="tokens" isShort />}
    </span>
  );
}
