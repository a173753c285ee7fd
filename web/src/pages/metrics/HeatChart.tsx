/** A histogram's buckets over time: the darker, the more observations. */

import { useMemo } from "react";
import type { MetricHeatMap } from "../../api/types";
import { HeatMap } from "../../components/charts/HeatMap";
import { formatCount, formatTick } from "../../lib/format";
import { describeInterval } from "../../lib/interval";
import { describeAggregation, HEAT_MAP, SPREAD } from "../../lib/metricQueries";
import styles from "./Metrics.module.css";

const HEIGHT_PX = 240;

export function HeatChart({ data, isLoading }: { data: MetricHeatMap | undefined; isLoading: boolean }) {
  const drawn = useMemo(() => (data ? drawing(data) : { ys: [], cells: [] }), [data]);
  return (
    <>
      <HeatMap
        title={HEAT_MAP}
        aggregates={
          data
            ? `${describeAggregation(data.metric.type, HEAT_MAP)}, ${describeInterval(data.interval_s)}${data.is_spread ? SPREAD : ""}`
            : " "
        }
        unit=""
        xs={data?.times ?? []}
        ys={drawn.ys}
        cells={drawn.cells}
        height={HEIGHT_PX}
        isLoading={isLoading}
      />
      {data !== undefined && data.left_out_count > 0 && (
        <p className={styles.note} role="status">
          {formatCount(data.left_out_count)} observations are left out: the series that have them report no buckets.
        </p>
      )}
    </>
  );
}

/** The rows that hold something and those between them, and their cells. */
function drawing({ metric, lower, upper, counts }: MetricHeatMap) {
  const isUsed = upper.map((_, row) => counts.some((column) => (column[row] ?? 0) > 0));
  const first = Math.max(0, isUsed.indexOf(true));
  const last = isUsed.lastIndexOf(true);
  const name = (row: number) => {
    const [below, above] = [lower[row], upper[row]];
    if (above == null) return `> ${formatTick(below ?? 0, metric.unit)}`;
    return `≤ ${formatTick(above, metric.unit)}`;
  };
  const ys = upper.slice(first, last + 1).map((_, index) => name(first + index));
  const cells = counts.flatMap((column, x) =>
    column.flatMap((count, row): [number, number, number][] => (count > 0 ? [[x, row - first, count]] : [])),
  );
  return { ys, cells };
}
