/** A chart over time as ECharts' options: pure, so that what is drawn can be tested without a canvas. */

import type { EChartsCoreOption } from "echarts/core";
import { formatValue, type Unit } from "../../lib/format";
import { formatAxis, formatMoment, toMilliseconds } from "../../lib/time";
import type { TimeZone } from "../../lib/timeZone";
import { seriesColour } from "./colours";
import type { Drawing } from "./EChart";
import { GRID, quietAxis, tooltipBox, valueAxis } from "./look";
import { tooltip } from "./tooltip";

export interface TimeSeries {
  name: string;
  values: (number | null)[];
  /** A CSS colour; one of the palette when missing. */
  color?: string;
  kind?: "line" | "area" | "bar";
  /** Series with the same word are put on top of one another. */
  stack?: string;
}

export interface TimeData {
  unit: Unit;
  /** Start of each point, RFC 3339. */
  times: readonly string[];
  series: readonly TimeSeries[];
  markers?: readonly { time: string; label: string }[];
  bands?: readonly { start: string; end: string; label: string }[];
  /** Values that are drawn as lines across. */
  levels?: readonly { value: number; colour: string }[];
}

/** The colour of each series, by its place. */
export function coloursOf(series: readonly TimeSeries[]): string[] {
  return series.map(({ color }, index) => color ?? seriesColour(index));
}

export function timeOption(
  data: TimeData,
  hidden: ReadonlySet<string>,
  zone: TimeZone,
  drawing: Drawing,
): EChartsCoreOption {
  const { resolve } = drawing;
  const times_ms = data.times.map(toMilliseconds);
  const range_ms = (times_ms.at(-1) ?? 0) - (times_ms[0] ?? 0);
  const colours = coloursOf(data.series).map(resolve);
  const shown = data.series.flatMap((series, index) =>
    hidden.has(series.name) ? [] : [{ series, colour: colours[index] ?? "" }],
  );
  return {
    animation: false,
    grid: GRID,
    brush: {
      xAxisIndex: 0,
      brushStyle: { color: resolve("var(--wg-hover)"), borderColor: resolve("var(--wg-accent)"), borderWidth: 1 },
      transformable: false,
      toolbox: [],
    },
    toolbox: { show: false },
    xAxis: {
      type: "time",
      ...quietAxis(resolve),
      axisLabel: { ...quietAxis(resolve).axisLabel, formatter: (value: number) => formatAxis(value, range_ms, zone) },
    },
    yAxis: valueAxis(data.unit, resolve),
    tooltip: {
      trigger: "axis",
      ...tooltipBox(resolve),
      axisPointer: { type: "line", lineStyle: { color: resolve("var(--wg-dim)"), type: "solid" } },
      formatter: (points: { dataIndex: number }[]) => {
        const index = points[0]?.dataIndex;
        if (index === undefined || !drawing.isPointedAt()) return "";
        const rows = shown.map(({ series, colour }) => ({
          name: series.name,
          value: formatValue(series.values[index], data.unit),
          colour,
        }));
        return tooltip(formatMoment(times_ms[index] ?? 0, zone), rows);
      },
    },
    series: shown.map(({ series, colour }, index) => ({
      ...drawn(series, colour, times_ms),
      ...(index === 0 ? marks(data, resolve) : {}),
    })),
  };
}

/** What a point says in words. */
export function describePoint(data: TimeData, zone: TimeZone, index: number): string {
  const time = formatMoment(toMilliseconds(data.times[index] ?? ""), zone);
  return `${time}: ${data.series.map(({ name, values }) => `${name} ${formatValue(values[index], data.unit)}`).join(", ")}`;
}

function drawn({ name, values, kind = "line", stack }: TimeSeries, colour: string, times_ms: number[]) {
  const shared = { id: name, name, stack, itemStyle: { color: colour }, emphasis: { disabled: true } };
  if (kind === "bar")
    return {
      ...shared,
      type: "bar",
      barCategoryGap: "15%",
      data: values.map((value, index) => [times_ms[index], value]),
    };
  return {
    ...shared,
    type: "line",
    lineStyle: { width: 1.5, color: colour },
    areaStyle: kind === "area" ? { color: colour, opacity: stack === undefined ? 0.15 : 0.45 } : undefined,
    showAllSymbol: true,
    symbolSize: 4,
    data: values.map((value, index) => ({
      value: [times_ms[index], value],
      // a point without neighbours has no line, and would not be seen
      symbol: value !== null && values[index - 1] == null && values[index + 1] == null ? "circle" : "none",
    })),
  };
}

/** Lines at instants and stripes over stretches, each with its word. */
function marks({ unit, markers = [], bands = [], levels = [] }: TimeData, resolve: Drawing["resolve"]) {
  const label = { color: resolve("var(--wg-dim)"), fontSize: 10 };
  return {
    markLine: {
      silent: true,
      symbol: "none",
      label: { ...label, position: "insideEndTop", formatter: "{b}" },
      lineStyle: { color: resolve("var(--wg-dim)"), type: "dashed" },
      data: [
        ...markers.map(({ time, label: name }) => ({ name, xAxis: toMilliseconds(time) })),
        ...levels.map(({ value, colour }) => ({
          name: formatValue(value, unit),
          yAxis: value,
          lineStyle: { color: resolve(colour) },
        })),
      ],
    },
    markArea: {
      silent: true,
      label: { ...label, position: "insideTop", formatter: "{b}" },
      itemStyle: { color: resolve("var(--wg-error)"), opacity: 0.1 },
      data: bands.map((band) => [
        { name: band.label, xAxis: toMilliseconds(band.start) },
        { xAxis: toMilliseconds(band.end) },
      ]),
    },
  };
}
