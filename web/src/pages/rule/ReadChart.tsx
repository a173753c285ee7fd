/** One series that a rule reads: its value, what it is held against, and when it fired. */

import { useMemo } from "react";
import { TimeChart } from "../../components/charts/TimeChart";
import { type Drawn, isSaid } from "../../lib/alerts/series";
import type { Unit } from "../../lib/format";
import styles from "./Rule.module.css";

interface ReadChartProps {
  title: string;
  aggregates: string;
  unit: Unit;
  drawn: Drawn;
  /** What else there is to say. */
  note: string;
}

export function ReadChart({ title, aggregates, unit, drawn, note }: ReadChartProps) {
  const series = useMemo(
    () => [
      { name: "value", values: drawn.values },
      ...(isSaid(drawn.thresholds) ? [{ name: "threshold", values: drawn.thresholds, color: "var(--wg-error)" }] : []),
    ],
    [drawn],
  );
  const bands = useMemo(
    () => (isSaid(drawn.upper) ? [{ name: "usual", lower: drawn.lower, upper: drawn.upper }] : []),
    [drawn],
  );
  return (
    <section className={styles.chart}>
      <TimeChart
        title={title}
        aggregates={aggregates}
        unit={unit}
        times={drawn.times}
        series={series}
        bands={bands}
        periods={drawn.periods}
        cursorGroup="rule"
      />
      {note && <p className={styles.words}>{note}</p>}
    </section>
  );
}
