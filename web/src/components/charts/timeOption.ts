/** A chart over time as ECharts' options: pure, so that what is drawn can be tested without a canvas. */

import type { EChartsCoreOption } from "echarts/core";
import { formatValue, type Unit } from "../../lib/format";
import type { ChartMarker } from "../../lib/markers";
import { formatAxis, formatMoment, toMilliseconds } from "../../lib/time";
import type { TimeZone } from "../../lib/timeZone";
import { seriesColour } from "./colours";
import type { Drawing } from "./EChart";
import { GRID, quietAxis, tooltipBox, valueAxis } from "./look";
import { type TooltipRow, tooltip } from "./tooltip";

/** Most markers that the pointer names at once. */
const MOST_NAMED = 6;

/** How far from the pointer a marker may be to be named, as a part of the chart's range: a line is hard to hit. */
const NEAR = 0.015;

/** Longest word on a chart. */
const MOST_LETTERS = 24;

export interface TimeSeries {
  name: string;
  values: (number | null)[];
  /** A CSS colour; one of the palette when missing. */
  color?: string;
  kind?: "line" | "area" | "bar";
  /** Series with the same word are put on top of one another. */
  stack?: string;
}

export interface TimeBand {
  name: string;
  /** One value a point, null where nothing is known. */
  lower: readonly (number | null)[];
  upper: readonly (number | null)[];
  /** A CSS colour; a quiet one when missing. */
  color?: string;
}

export interface TimeData {
  unit: Unit;
  /** Start of each point, RFC 3339. */
  times: readonly string[];
  series: readonly TimeSeries[];
  /** Instants that are drawn as lines down, such as deploys. */
  markers?: readonly ChartMarker[];
  /** What was expected: a stripe from a lower to an upper value at each point. */
  bands?: readonly TimeBand[];
  /** Stretches of time that are tinted, such as when an alert fired; in the colour of errors where none is said. */
  periods?: readonly { start: string; end: string; label: string; colour?: string }[];
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
        return tooltip(formatMoment(times_ms[index] ?? 0, zone), [...rows, ...besides(data, zone, index)]);
      },
    },
    series: [
      ...(data.bands ?? []).flatMap((band, index) => stripe(band, index, times_ms, resolve)),
      ...shown.map(({ series, colour }, index) => ({
        ...drawn(series, colour, times_ms),
        ...(index === 0 ? marks(data, times_ms, resolve) : {}),
      })),
    ],
  };
}

/** What a point says in words. */
export function describePoint(data: TimeData, zone: TimeZone, index: number): string {
  const time = formatMoment(toMilliseconds(data.times[index] ?? ""), zone);
  const values = data.series.map((series) => `${series.name} ${formatValue(series.values[index], data.unit)}`);
  return `${time}: ${[...values, ...besides(data, zone, index).map(({ name, value }) => `${name} ${value}`)].join(", ")}`;
}

/** What else there is to say of a point: what was expected, what was deployed, what fired. */
function besides(data: TimeData, zone: TimeZone, index: number): TooltipRow[] {
  const { bands = [], periods = [] } = data;
  const times_ms = data.times.map(toMilliseconds);
  const start_ms = times_ms[index] ?? 0;
  const end_ms = times_ms[index + 1] ?? start_ms + (start_ms - (times_ms[index - 1] ?? start_ms));
  const expected = bands.flatMap(({ name, lower, upper }) =>
    lower[index] == null || upper[index] == null
      ? []
      : [{ name, value: `${formatValue(lower[index], data.unit)} – ${formatValue(upper[index], data.unit)}` }],
  );
  const near_ms = NEAR * ((times_ms.at(-1) ?? 0) - (times_ms[0] ?? 0));
  const middle_ms = (start_ms + end_ms) / 2;
  const deployed = markersWithin(data, Math.min(start_ms, middle_ms - near_ms), Math.max(end_ms, middle_ms + near_ms))
    .slice(0, MOST_NAMED)
    .map(({ time, label }) => ({ name: label, value: formatMoment(toMilliseconds(time), zone, start_ms) }));
  const fired = periods
    .filter(({ start, end }) => toMilliseconds(start) < end_ms && toMilliseconds(end) > start_ms)
    .map(({ label, start }) => ({
      name: label,
      value: `since ${formatMoment(toMilliseconds(start), zone, start_ms)}`,
    }));
  return [...expected, ...deployed, ...fired];
}

function markersWithin({ markers = [] }: TimeData, start_ms: number, end_ms: number): ChartMarker[] {
  return markers.filter(({ time }) => {
    const time_ms = toMilliseconds(time);
    return time_ms >= start_ms && time_ms < end_ms;
  });
}

/** A band as two lines without a line: the lower one, and on top of it the area up to the upper one. */
function stripe(
  { name, lower, upper, color }: TimeBand,
  place: number,
  times_ms: number[],
  resolve: Drawing["resolve"],
) {
  const colour = resolve(color ?? "var(--wg-dim)");
  const shared = {
    type: "line",
    stack: `band ${place}`,
    // a lower value under zero would else be the start of a pile of its own
    stackStrategy: "all",
    silent: true,
    symbol: "none",
    lineStyle: { width: 0 },
    itemStyle: { color: colour },
    emphasis: { disabled: true },
    z: 1,
  };
  const height = upper.map((value, index) => {
    const least = lower[index];
    return value == null || least == null ? null : value - least;
  });
  return [
    { ...shared, id: `${name} lower ${place}`, name, data: lower.map((value, index) => [times_ms[index], value]) },
    {
      ...shared,
      id: `${name} upper ${place}`,
      name,
      areaStyle: { color: colour, opacity: 0.16 },
      data: height.map((value, index) => [times_ms[index], value]),
    },
  ];
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

/** Lines at instants and across, and stripes over stretches. */
function marks(data: TimeData, times_ms: number[], resolve: Drawing["resolve"]) {
  const { unit, periods = [], levels = [] } = data;
  const last_ms = times_ms.at(-1) ?? 0;
  // the last point stands for what comes after it
  const markers = markersWithin(data, times_ms[0] ?? 0, last_ms + (last_ms - (times_ms.at(-2) ?? last_ms)));
  const label = { color: resolve("var(--wg-dim)"), fontSize: 10 };
  return {
    markLine: {
      silent: true,
      symbol: "none",
      label: { ...label, position: "insideEndTop", formatter: "{b}" },
      lineStyle: { color: resolve("var(--wg-dim)"), type: "dashed" },
      data: [
        ...markers.map(({ time, label: name }) => ({
          name,
          xAxis: toMilliseconds(time),
          // a sign at its end; a word would lie over the lines, and the pointer tells it
          symbol: ["none", "triangle"],
          symbolSize: 7,
          symbolRotate: 180,
          itemStyle: { color: resolve("var(--wg-accent)") },
          lineStyle: { color: resolve("var(--wg-accent)"), type: "dashed", width: 1, opacity: 0.8 },
          label: { show: false },
        })),
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
      data: periods.map(({ start, end, label: name, colour }) => [
        {
          name: shortened(name),
          xAxis: toMilliseconds(start),
          ...(colour && { itemStyle: { color: resolve(colour), opacity: 0.14 } }),
        },
        { xAxis: toMilliseconds(end) },
      ]),
    },
  };
}

function shortened(words: string): string {
  return words.length > MOST_LETTERS ? `${words.slice(0, MOST_LETTERS - 1)}…` : words;
}
