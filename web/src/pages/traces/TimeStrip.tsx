/** Spans over time, those with an error apart: drag over it to look at a stretch of time. */

import { useMemo } from "react";
import type { Usage } from "../../api/types";
import { TimeChart } from "../../components/charts/TimeChart";
import { withEstimate } from "../../lib/estimate";
import { describeInterval } from "../../lib/interval";
import { totalsOf } from "../../lib/usageTotals";
import styles from "./TimeStrip.module.css";

const HEIGHT_PX = 76;

interface TimeStripProps {
  usage: Usage | undefined;
  onZoom: (start: string, end: string) => void;
}

export function TimeStrip({ usage, onZoom }: TimeStripProps) {
  const series = useMemo(() => {
    const { span_counts, error_counts } = totalsOf(usage?.series ?? [], usage?.times.length ?? 0);
    const bar = { kind: "bar", stack: "spans" } as const;
    return [
      {
        ...bar,
        name: "OK",
        color: "var(--wg-chart-1)",
        values: span_counts.map((count, index) => count - (error_counts[index] ?? 0)),
      },
      { ...bar, name: "Error", color: "var(--wg-error)", values: error_counts },
    ];
  }, [usage]);
  return (
    <div className={styles.strip}>
      <TimeChart
        title="Spans over time"
        aggregates={usage ? withEstimate(`count, ${describeInterval(usage.interval_s)}`, usage.sampled_share) : "count"}
        unit=""
        times={usage?.times ?? []}
        series={series}
        height={HEIGHT_PX}
        isLoading={usage === undefined}
        onZoom={onZoom}
      />
    </div>
  );
}
