/** Differences with their intervals as ECharts' options: pure, so that what is drawn can be tested without a canvas. */

import type { EChartsCoreOption } from "echarts/core";
import { formatValue, type Unit } from "../../lib/format";
import type { Drawing } from "./EChart";
import { GRID, quietAxis, tooltipBox, valueAxis } from "./look";
import { tooltip } from "./tooltip";

export interface Interval {
  /** What was compared. */
  name: string;
  /** The estimate and the ends of its interval. */
  at: number;
  low: number;
  high: number;
  /** A CSS colour. */
  color: string;
}

/** A value that may be negative, with its sign. */
export function signed(value: number, unit: Unit): string {
  return value > 0 ? `+${formatValue(value, unit)}` : formatValue(value, unit);
}

/** What an interval says in words. */
export function describeInterval({ name, at, low, high }: Interval, unit: Unit): string {
  return `${name} ${signed(at, unit)}, 95 % interval ${signed(low, unit)} to ${signed(high, unit)}`;
}

export function intervalOption(intervals: readonly Interval[], unit: Unit, { resolve }: Drawing): EChartsCoreOption {
  const axis = valueAxis(unit, resolve);
  return {
    animation: false,
    grid: GRID,
    xAxis: { ...axis, splitNumber: 6, axisLabel: { ...axis.axisLabel, formatter: (it: number) => signed(it, unit) } },
    yAxis: { type: "category", inverse: true, data: intervals.map(({ name }) => name), ...quietAxis(resolve) },
    tooltip: {
      trigger: "axis",
      ...tooltipBox(resolve),
      axisPointer: { type: "shadow" },
      formatter: (points: { dataIndex: number; seriesIndex: number }[]) => {
        const found = intervals[points[0]?.seriesIndex ?? -1];
        if (found === undefined) return "";
        return tooltip(found.name, [
          { name: "Difference", value: signed(found.at, unit) },
          { name: "95 % interval", value: `${signed(found.low, unit)} to ${signed(found.high, unit)}` },
        ]);
      },
    },
    series: intervals.map(({ at, low, high, color }, row) => ({
      id: String(row),
      type: "line",
      emphasis: { disabled: true },
      lineStyle: { width: 3, color: resolve(color) },
      itemStyle: { color: resolve(color) },
      showAllSymbol: true,
      data: [
        { value: [low, row], symbol: "rect", symbolSize: [2, 11] },
        { value: [at, row], symbol: "circle", symbolSize: 10 },
        { value: [high, row], symbol: "rect", symbolSize: [2, 11] },
      ],
      ...(row === 0 && {
        markLine: {
          silent: true,
          symbol: "none",
          label: { show: false },
          lineStyle: { color: resolve("var(--wg-dim)"), type: "solid", width: 1 },
          data: [{ xAxis: 0 }],
        },
      }),
    })),
  };
}
