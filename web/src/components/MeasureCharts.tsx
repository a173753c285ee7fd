/** Charts of servers or machines beside one another, with a cursor in common. */

import { useState } from "react";
import { describeInterval } from "../lib/interval";
import type { DrawnChart } from "../lib/serving";
import { TimeChart } from "./charts/TimeChart";
import styles from "./Instances.module.css";

const HEIGHT_PX = 128;
const NONE: ReadonlySet<string> = new Set();

interface MeasureChartsProps {
  label: string;
  charts: readonly DrawnChart[];
  times: readonly string[];
  interval_s: number;
  onZoom: (start: string, end: string) => void;
}

export function MeasureCharts({ label, charts, times, interval_s, onZoom }: MeasureChartsProps) {
  const [cursors] = useState(() => `measures ${label}`);
  return (
    <section className={styles.charts} aria-label={label}>
      {charts.map(({ title, unit, series }) => (
        <div key={title} className={styles.card}>
          <TimeChart
            title={title}
            aggregates={describeInterval(interval_s)}
            unit={unit}
            times={times}
            series={series}
            height={HEIGHT_PX}
            onZoom={onZoom}
            cursorGroup={cursors}
            {...(series.length === 1 && { hidden: NONE })}
          />
        </div>
      ))}
    </section>
  );
}
