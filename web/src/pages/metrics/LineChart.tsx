/** A metric over time as lines, one a group and quantile. */

import { useMemo } from "react";
import type { MetricSeries } from "../../api/types";
import { TimeChart } from "../../components/charts/TimeChart";
import { describeInterval } from "../../lib/interval";
import { describeAggregation, lineName, type MetricQuery, SPREAD, unitOf } from "../../lib/metricQueries";
import styles from "./Metrics.module.css";

const HEIGHT_PX = 200;

interface LineChartProps {
  query: MetricQuery;
  data: MetricSeries | undefined;
  isLoading: boolean;
  onZoom: (start: string, end: string) => void;
  /** The bucket of time that begins at this instant was chosen. */
  onPick: (time: string) => void;
}

export function LineChart({ query, data, isLoading, onZoom, onPick }: LineChartProps) {
  const { by } = query;
  const series = useMemo(
    () =>
      (data?.series ?? []).map(({ group, quantile, values }) => ({
        name: lineName(group, quantile, data?.aggregation ?? ""),
        values,
        kind: data?.aggregation === "increase" ? ("bar" as const) : ("line" as const),
        ...(data?.aggregation === "increase" && { stack: "all" }),
      })),
    [data],
  );
  const words = data
    ? `${describeAggregation(data.metric.type, data.aggregation)}${by ? ` by ${by.join(", ")}` : ""}, ${describeInterval(data.interval_s)}${data.is_spread ? SPREAD : ""}`
    : " ";
  return (
    <>
      <TimeChart
        title={data?.aggregation ?? "…"}
        aggregates={words}
        unit={data ? unitOf(data.metric.unit, data.metric.type, data.aggregation) : ""}
        times={data?.times ?? []}
        series={series}
        height={HEIGHT_PX}
        isLoading={isLoading}
        onZoom={onZoom}
        onPick={onPick}
        cursorGroup="metrics"
      />
      {data?.is_truncated && (
        <p className={styles.note} role="status">
          The groups with the most points are shown; there are more. A filter narrows them down.
        </p>
      )}
    </>
  );
}
