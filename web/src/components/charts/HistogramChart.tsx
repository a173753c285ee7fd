/** How often a number lies between two bounds: a distribution as bars side by side. */

import type { EChartsCoreOption } from "echarts/core";
import { useCallback } from "react";
import { formatCount, formatTick, formatValue, type Unit } from "../../lib/format";
import { ChartFrame } from "./ChartFrame";
import { seriesColour } from "./colours";
import { type Drawing, EChart } from "./EChart";
import { GRID, quietAxis, tooltipBox, valueAxis } from "./look";
import { tooltip } from "./tooltip";

const DEFAULT_HEIGHT_PX = 180;

interface HistogramData {
  /** Unit of the bounds. */
  unit: Unit;
  /** Bounds of the bars, ascending; one more than there are bars. */
  bounds: readonly number[];
  /** How many lie between each bound and the next. */
  counts: readonly number[];
}

interface HistogramChartProps extends HistogramData {
  title: string;
  aggregates: string;
  height?: number;
  isLoading?: boolean;
  /** A bar was chosen. */
  onPick?: (lower: number, upper: number) => void;
}

export function HistogramChart({
  title,
  aggregates,
  height = DEFAULT_HEIGHT_PX,
  isLoading = false,
  onPick,
  ...data
}: HistogramChartProps) {
  const { unit, bounds, counts } = data;
  const makeOption = useCallback(
    (drawing: Drawing) => histogramOption({ unit, bounds, counts }, drawing),
    [unit, bounds, counts],
  );
  const pick = (x: number) => {
    const [lower, upper] = [bounds[Math.round(x)], bounds[Math.round(x) + 1]];
    if (lower !== undefined && upper !== undefined) onPick?.(lower, upper);
  };
  return (
    <ChartFrame
      title={title}
      aggregates={aggregates}
      height={height}
      isLoading={isLoading}
      isEmpty={counts.every((count) => count === 0)}
    >
      <EChart
        label={`${title}: ${aggregates}. ${formatCount(counts.reduce((sum, count) => sum + count, 0))} in all`}
        height={height}
        makeOption={makeOption}
        points={counts.length}
        describePoint={(index) => `${between(bounds, index, unit)}: ${formatCount(counts[index])}`}
        xOf={(index) => index}
        onPick={onPick && pick}
      />
    </ChartFrame>
  );
}

export function histogramOption({ unit, bounds, counts }: HistogramData, { resolve }: Drawing): EChartsCoreOption {
  return {
    animation: false,
    grid: GRID,
    xAxis: {
      type: "category",
      data: counts.map((_, index) => formatTick(bounds[index] ?? 0, unit)),
      ...quietAxis(resolve),
    },
    yAxis: valueAxis("", resolve),
    tooltip: {
      trigger: "axis",
      ...tooltipBox(resolve),
      axisPointer: { type: "shadow" },
      formatter: (points: { dataIndex: number }[]) => {
        const index = points[0]?.dataIndex;
        return index === undefined
          ? ""
          : tooltip("", [{ name: between(bounds, index, unit), value: formatCount(counts[index]) }]);
      },
    },
    series: [
      {
        id: "counts",
        type: "bar",
        barCategoryGap: "8%",
        data: [...counts],
        itemStyle: { color: resolve(seriesColour(0)) },
      },
    ],
  };
}

function between(bounds: readonly number[], index: number, unit: Unit): string {
  return `${formatValue(bounds[index], unit)} – ${formatValue(bounds[index + 1], unit)}`;
}
