/** Numbers of things that have names, as bars that lie: names are long, and are read from left to right. */

import type { EChartsCoreOption } from "echarts/core";
import { useCallback } from "react";
import { formatValue, type Unit } from "../../lib/format";
import { ChartFrame } from "./ChartFrame";
import { seriesColour } from "./colours";
import { type Drawing, EChart } from "./EChart";
import { GRID, quietAxis, tooltipBox, valueAxis } from "./look";
import { tooltip } from "./tooltip";

const BAR_PX = 26;
const AXIS_PX = 34;

interface BarData {
  unit: Unit;
  /** Names, the first on top. */
  categories: readonly string[];
  /** One for each category. */
  values: readonly (number | null)[];
  /** CSS colours, one for each category; all alike when missing. */
  colors?: readonly string[];
}

interface BarChartProps extends BarData {
  title: string;
  aggregates: string;
  /** Height of the plot, in pixels; as many bars need when missing. */
  height?: number;
  isLoading?: boolean;
  onPick?: (category: string) => void;
}

export function BarChart({ title, aggregates, height, isLoading = false, onPick, ...data }: BarChartProps) {
  const { unit, categories, values, colors } = data;
  const height_px = height ?? AXIS_PX + BAR_PX * Math.max(1, categories.length);
  const makeOption = useCallback(
    (drawing: Drawing) => barOption({ unit, categories, values, ...(colors && { colors }) }, drawing),
    [unit, categories, values, colors],
  );
  const words = (index: number) => `${categories[index]} ${formatValue(values[index], unit)}`;
  return (
    <ChartFrame
      title={title}
      aggregates={aggregates}
      height={height_px}
      isLoading={isLoading}
      isEmpty={categories.length === 0}
    >
      <EChart
        label={`${title}: ${aggregates}. ${categories
          .slice(0, 5)
          .map((_, index) => words(index))
          .join(", ")}`}
        height={height_px}
        makeOption={makeOption}
        points={categories.length}
        describePoint={words}
        xOf={(index) => index}
        onPick={onPick && ((x, y) => onPick(categories[Math.round(y ?? x)] ?? ""))}
      />
    </ChartFrame>
  );
}

export function barOption({ unit, categories, values, colors }: BarData, { resolve }: Drawing): EChartsCoreOption {
  return {
    animation: false,
    grid: GRID,
    xAxis: valueAxis(unit, resolve),
    yAxis: {
      type: "category",
      inverse: true,
      data: [...categories],
      ...quietAxis(resolve),
      axisLabel: { ...quietAxis(resolve).axisLabel, width: 180, overflow: "truncate" },
    },
    tooltip: {
      trigger: "axis",
      ...tooltipBox(resolve),
      axisPointer: { type: "shadow" },
      formatter: (points: { dataIndex: number }[]) => {
        const index = points[0]?.dataIndex;
        return index === undefined
          ? ""
          : tooltip("", [{ name: categories[index] ?? "", value: formatValue(values[index], unit) }]);
      },
    },
    series: [
      {
        id: "values",
        type: "bar",
        barMaxWidth: 16,
        data: values.map((value, index) => ({
          value,
          itemStyle: { color: resolve(colors?.[index] ?? seriesColour(0)) },
        })),
      },
    ],
  };
}
