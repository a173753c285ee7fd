/** The figures of both traces, and by how much the right one differs. */

import type { Trace } from "../../api/types";
import { formatShare, formatValue, type Unit } from "../../lib/format";
import { type Change, changeOf } from "../../lib/traceChanges";
import styles from "./Compare.module.css";

const ROWS: readonly [title: string, unit: Unit, read: (trace: Trace["summary"]) => number | null][] = [
  ["Duration", "ns", (trace) => trace.duration_ns],
  ["Time to first token", "ns", (trace) => trace.time_to_first_token_ns],
  ["Cost", "usd", (trace) => trace.cost_usd],
  ["Input tokens", "tokens", (trace) => trace.input_tokens],
  ["Output tokens", "tokens", (trace) => trace.output_tokens],
  ["Model calls", "", (trace) => trace.model_call_count],
  ["Spans", "", (trace) => trace.span_count],
  ["Errors", "", (trace) => trace.error_count],
];

export function FigureTable({ left, right }: { left: Trace["summary"]; right: Trace["summary"] }) {
  return (
    <table className={styles.figures} aria-label="Figures of both traces">
      <thead>
        <tr>
          <th scope="col">Figure</th>
          <th scope="col">Left</th>
          <th scope="col">Right</th>
          <th scope="col">Right less left</th>
        </tr>
      </thead>
      <tbody>
        {ROWS.map(([title, unit, read]) => {
          const change = changeOf(read(left), read(right));
          return (
            <tr key={title}>
              <th scope="row">{title}</th>
              <td>{formatValue(change.left, unit)}</td>
              <td>{formatValue(change.right, unit)}</td>
              <td>
                <Difference change={change} unit={unit} />
              </td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}

interface DifferenceProps {
  change: Change;
  unit: Unit;
  /** Whether there is no room for the share. */
  isShort?: boolean;
}

/** By how much the right side differs; more of any of these figures is worse. */
export function Difference({ change, unit, isShort = false }: DifferenceProps) {
  const { difference, ratio } = change;
  if (difference === null) return <span className={styles.dim}>–</span>;
  if (difference === 0) return <span className={styles.dim}>same</span>;
  const sign = difference > 0 ? "+" : "−";
  return (
    <span className={difference > 0 ? styles.more : styles.less}>
      {sign}
      {formatValue(Math.abs(difference), unit)}
      {!isShort && ratio !== null && ` (${sign}${formatShare(Math.abs(ratio))})`}
    </span>
  );
}
