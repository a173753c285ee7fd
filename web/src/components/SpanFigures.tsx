/** The figures of a span: time, tokens and money. */

import type { ReactNode } from "react";
import type { SpanNode } from "../api/types";
import { formatCost, formatCount, formatDuration, formatNumber, formatShare } from "../lib/format";
import { type Columns, numberOf, outputRate, textOf, tokenNotes } from "../lib/spanFacts";
import { formatNats } from "../lib/tokens";
import styles from "./SpanFigures.module.css";

interface SpanFiguresProps {
  span: SpanNode;
  columns: Columns;
  /** How much of the critical path the span itself is, ns; null while that is not asked for. */
  critical_ns: number | null;
  /** Duration of the trace, ns. */
  trace_ns: number;
}

export function SpanFigures({ span, columns, critical_ns, trace_ns }: SpanFiguresProps) {
  const each_ns = numberOf(columns, "time_per_output_token_ns");
  const perplexity = numberOf(columns, "perplexity");
  const entropy_nats = numberOf(columns, "mean_entropy_nats");
  const hasTokens = span.input_tokens !== null || span.output_tokens !== null;
  return (
    <dl className={styles.figures}>
      <Figure
        name="Duration"
        value={formatDuration(span.duration_ns)}
        note={`starts at +${formatDuration(span.start_offset_ns)}`}
      />
      {critical_ns !== null && critical_ns > 0 && (
        <Figure
          name="Critical path"
          value={formatDuration(critical_ns)}
          note={`${formatShare(critical_ns / Math.max(trace_ns, 1))} of the trace`}
        />
      )}
      {span.time_to_first_token_ns !== null && (
        <Figure
          name="First token"
          value={formatDuration(span.time_to_first_token_ns)}
          note={each_ns === null ? "" : `then ${formatDuration(each_ns)} each`}
        />
      )}
      {hasTokens && (
        <Figure
          name="Tokens"
          value={
            <>
              {formatCount(span.input_tokens)} <small>in</small> {formatCount(span.output_tokens)} <small>out</small>
            </>
          }
          note={[...tokenNotes(columns), outputRate(columns)].filter(Boolean).join(" · ")}
        />
      )}
      {perplexity !== null && (
        <Figure
          name="Perplexity"
          value={formatNumber(Math.round(perplexity * 100) / 100)}
          note={entropy_nats === null ? "1 is certain" : `entropy ${formatNats(entropy_nats)} a token`}
        />
      )}
      {(hasTokens || span.cost_usd !== null) && <CostFigure span={span} columns={columns} />}
    </dl>
  );
}

function CostFigure({ span, columns }: { span: SpanNode; columns: Columns }) {
  if (span.cost_usd === null) {
    return span.is_model_call ? (
      <Figure
        name="Cost"
        value={<span className={styles.unpriced}>no price</span>}
        note={`no price is known for ${span.model || "this model"}`}
      />
    ) : null;
  }
  const parts = [
    ["in", numberOf(columns, "input_cost_usd")],
    ["out", numberOf(columns, "output_cost_usd")],
  ].flatMap(([side, cost_usd]) => (typeof cost_usd === "number" ? [`${formatCost(cost_usd)} ${side}`] : []));
  const source = textOf(columns, "price_source");
  return (
    <Figure
      name="Cost"
      value={formatCost(span.cost_usd)}
      note={[...parts, source && `by ${source}`].filter(Boolean).join(" · ")}
    />
  );
}

function Figure({ name, value, note }: { name: string; value: ReactNode; note: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd className={styles.value}>{value}</dd>
      {note && <dd className={styles.note}>{note}</dd>}
    </div>
  );
}
