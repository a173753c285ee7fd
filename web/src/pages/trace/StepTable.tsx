/** The calls to models in order of time: what each used and cost, and the sums up to it. */

import { useVirtualizer } from "@tanstack/react-virtual";
import { useEffect, useMemo, useRef } from "react";
import type { SpanNode } from "../../api/types";
import { KindSign } from "../../components/KindSign";
import { formatCost, formatCount, formatDuration, UNKNOWN } from "../../lib/format";
import { kindOf } from "../../lib/spanKind";
import { type Step, stepsOf } from "../../lib/steps";
import styles from "./StepTable.module.css";

const ROW_HEIGHT_PX = 40;

const COLUMNS = ["Call", "At", "Took", "First token", "In", "Out", "Cost", "Σ tokens", "Σ cost"] as const;

interface StepTableProps {
  spans: readonly SpanNode[];
  chosen: number;
  onChoose: (index: number) => void;
}

export function StepTable({ spans, chosen, onChoose }: StepTableProps) {
  const scrollRef = useRef<HTMLDivElement>(null);
  const steps = useMemo(() => stepsOf(spans), [spans]);
  const chosenStep = steps.findIndex((step) => step.index === chosen);
  const virtualizer = useVirtualizer({
    count: steps.length,
    getScrollElement: () => scrollRef.current,
    estimateSize: () => ROW_HEIGHT_PX,
    overscan: 10,
  });
  useEffect(() => {
    if (chosenStep >= 0) virtualizer.scrollToIndex(chosenStep, { align: "auto" });
  }, [chosenStep, virtualizer]);

  if (steps.length === 0) return <p className={styles.nothing}>No span of this trace is a call to a model.</p>;
  return (
    <div
      ref={scrollRef}
      className={styles.scroll}
      role="table"
      aria-label="Cost by step"
      aria-rowcount={steps.length + 1}
    >
      <div role="rowgroup" className={styles.head}>
        <div role="row" className={styles.row}>
          {COLUMNS.map((column) => (
            <span key={column} role="columnheader">
              {column}
            </span>
          ))}
        </div>
      </div>
      <div role="rowgroup" className={styles.canvas} style={{ height: virtualizer.getTotalSize() }}>
        {virtualizer.getVirtualItems().map((item) => {
          const step = steps[item.index];
          const span = step && spans[step.index];
          if (!step || !span) return null;
          return (
            <StepRow
              key={step.index}
              step={step}
              span={span}
              top_px={item.start}
              row={item.index + 2}
              isChosen={step.index === chosen}
              onChoose={() => onChoose(step.index)}
            />
          );
        })}
      </div>
    </div>
  );
}

interface StepRowProps {
  step: Step;
  span: SpanNode;
  top_px: number;
  row: number;
  isChosen: boolean;
  onChoose: () => void;
}

function StepRow({ step, span, top_px, row, isChosen, onChoose }: StepRowProps) {
  const isFailed = span.status_code === "error";
  const isUnpriced = span.cost_usd === null && (span.input_tokens !== null || span.output_tokens !== null);
  return (
    <div
      role="row"
      aria-rowindex={row}
      className={styles.row}
      data-chosen={isChosen || undefined}
      style={{ transform: `translateY(${top_px}px)` }}
    >
      <span role="cell" className={styles.call}>
        <KindSign kind={kindOf(span)} />
        <button
          type="button"
          className={isFailed ? styles.failed : styles.name}
          aria-pressed={isChosen}
          onClick={onChoose}
        >
          {span.name || "(no name)"}
        </button>
        <span className={styles.model}>{span.model}</span>
      </span>
      <span role="cell">+{formatDuration(span.start_offset_ns)}</span>
      <span role="cell">{formatDuration(span.duration_ns)}</span>
      <span role="cell">
        {span.time_to_first_token_ns === null ? UNKNOWN : formatDuration(span.time_to_first_token_ns)}
      </span>
      <span role="cell">{formatCount(span.input_tokens)}</span>
      <span role="cell">{formatCount(span.output_tokens)}</span>
      <span role="cell">{isUnpriced ? "no price" : formatCost(span.cost_usd)}</span>
      <span role="cell">{formatCount(step.running_tokens)}</span>
      <span
        role="cell"
        title={
          step.running_unpriced_count > 0 ? `${step.running_unpriced_count} calls up to here have no price` : undefined
        }
      >
        {formatCost(step.running_cost_usd)}
        {step.running_unpriced_count > 0 && " +?"}
      </span>
    </div>
  );
}
