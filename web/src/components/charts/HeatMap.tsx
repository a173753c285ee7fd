/** A number for each pair of two things, as cells that are darker the more there is: latencies over time, most of all. */

import type { EChartsCoreOption } from "echarts/core";
import { useCallback } from "react";
import { formatValue, type Unit } from "../../lib/format";
import { formatAxis, formatMoment, toMilliseconds } from "../../lib/time";
import type { TimeZone } from "../../lib/timeZone";
import { useTimeZone } from "../timeZone";
import { ChartFrame } from "./ChartFrame";
import { type Drawing, EChart } from "./EChart";
import { GRID, quietAxis, tooltipBox } from "./look";
import { tooltip } from "./tooltip";

const DEFAULT_HEIGHT_PX = 220;

interface HeatData {
  unit: Unit;
  /** Columns: instants in RFC 3339, or names. */
  xs: readonly string[];
  /** Rows, the first at the bottom. */
  ys: readonly string[];
  /** Place in `xs`, place in `ys`, number; what is missing is empty. */
  cells: readonly (readonly [number, number, number])[];
  /** The number of the darkest cell; the largest of the cells when missing. */
  most?: number | undefined;
}

interface HeatMapProps extends HeatData {
  title: string;
  aggregates: string;
  height?: number;
  isLoading?: boolean;
  onPick?: (x: string, y: string) => void;
}

export function HeatMap({
  title,
  aggregates,
  height = DEFAULT_HEIGHT_PX,
  isLoading = false,
  onPick,
  ...data
}: HeatMapProps) {
  const { unit, xs, ys, cells, most } = data;
  const zone = useTimeZone();
  const makeOption = useCallback(
    (drawing: Drawing) => heatOption({ unit, xs, ys, cells, most }, zone, drawing),
    [unit, xs, ys, cells, most, zone],
  );
  const words = (index: number) => {
    const [x, y, value] = cells[index] ?? [0, 0, 0];
    return `${wordOf(xs[x] ?? "", zone)}, ${ys[y]}: ${formatValue(value, unit)}`;
  };
  return (
    <ChartFrame
      title={title}
      aggregates={aggregates}
      height={height}
      isLoading={isLoading}
      isEmpty={cells.length === 0}
    >
      <EChart
        label={`${title}: ${aggregates}. ${cells.length} cells`}
        height={height}
        makeOption={makeOption}
        points={cells.length}
        describePoint={words}
        xOf={(index) => index}
        onPick={
          onPick &&
          ((x, y) => {
            // from the keyboard comes the place of the cell alone
            const [column, row] = y === undefined ? (cells[x] ?? [0, 0]) : [x, y];
            onPick(xs[column] ?? "", ys[row] ?? "");
          })
        }
      />
    </ChartFrame>
  );
}

export function heatOption(
  { unit, xs, ys, cells, most }: HeatData,
  zone: TimeZone,
  { resolve }: Drawing,
): EChartsCoreOption {
  const times_ms = xs.map(toMilliseconds);
  const range_ms = (times_ms.at(-1) ?? 0) - (times_ms[0] ?? 0);
  const names = xs.map((x, index) =>
    Number.isNaN(times_ms[index]) ? x : formatAxis(times_ms[index] ?? 0, range_ms, zone),
  );
  return {
    animation: false,
    grid: GRID,
    xAxis: { type: "category", data: names, ...quietAxis(resolve) },
    yAxis: { type: "category", data: [...ys], ...quietAxis(resolve) },
    visualMap: {
      show: false,
      min: 0,
      max: most ?? cells.reduce((largest, [, , value]) => Math.max(largest, value), 1e-12),
      inRange: { color: [resolve("var(--wg-heat-low)"), resolve("var(--wg-heat-high)")] },
    },
    tooltip: {
      ...tooltipBox(resolve),
      formatter: (point: { value: [number, number, number] }) => {
        const [x, y, value] = point.value;
        return tooltip(wordOf(xs[x] ?? "", zone), [{ name: ys[y] ?? "", value: formatValue(value, unit) }]);
      },
    },
    series: [{ id: "cells", type: "heatmap", data: cells.map((cell) => [...cell]), progressive: 0 }],
  };
}

function wordOf(x: string, zone: TimeZone): string {
  const time_ms = toMilliseconds(x);
  return Number.isNaN(time_ms) ? x : formatMoment(time_ms, zone);
}
