import { describe, expect, it } from "vitest";
import type { Drawing } from "./EChart";
import { describePoint, type TimeData, timeOption } from "./timeOption";

const HOSTILE = '<img src=x onerror="window.wasHacked=1">';
const drawing: Drawing = { resolve: (value) => value, isPointedAt: () => true };
const data: TimeData = {
  unit: "ns",
  times: ["2026-11-24T10:00:00Z", "2026-11-24T10:05:00Z", "2026-11-24T10:10:00Z"],
  series: [
    { name: HOSTILE, values: [1e9, null, 3e9] },
    { name: "calls", values: [1, 2, 3], kind: "bar", color: "red" },
  ],
};

// biome-ignore lint/suspicious/noExplicitAny: the library's own type of options says nothing of their parts
const optionOf = (hidden: string[] = [], given = drawing): any => timeOption(data, new Set(hidden), "utc", given);

describe("timeOption", () => {
  it("draws each series at its times, and a lonely point as a dot", () => {
    const [line, bars] = optionOf().series;
    expect(line.data.map((point: { symbol: string }) => point.symbol)).toEqual(["circle", "none", "circle"]);
    expect(line.data[2].value).toEqual([Date.UTC(2026, 10, 24, 10, 10), 3e9]);
    expect([bars.type, bars.itemStyle.color, bars.data.length]).toEqual(["bar", "red", 3]);
  });

  it("leaves out what is hidden, and keeps the colours of the others", () => {
    const { series } = optionOf([HOSTILE]);
    expect(series).toHaveLength(1);
    expect([series[0].name, series[0].itemStyle.color]).toEqual(["calls", "red"]);
  });

  it("shows names in its tooltip as text", () => {
    const box: HTMLElement = optionOf().tooltip.formatter([{ dataIndex: 2 }]);
    expect(box.querySelector("img")).toBeNull();
    expect(box.textContent).toContain(`Nov 24 10:10${HOSTILE}3 s`);
  });

  it("keeps its tooltip to itself while the reader points at another chart", () => {
    expect(optionOf([], { ...drawing, isPointedAt: () => false }).tooltip.formatter([{ dataIndex: 2 }])).toBe("");
  });
});

describe("describePoint", () => {
  it("says a point in words", () => {
    expect(describePoint({ ...data, series: [{ name: "p95", values: [1e9, null, 3e9] }] }, "utc", 1)).toBe(
      "Nov 24 10:05: p95 –",
    );
  });
});

describe("overlays", () => {
  const marked: TimeData = {
    ...data,
    series: [{ name: "p95", values: [1e9, 2e9, 3e9] }],
    markers: [
      { time: "2026-11-24T10:06:00Z", label: HOSTILE },
      { time: "2026-11-24T10:14:00Z", label: "search 2.4.0" },
      { time: "2026-11-24T11:00:00Z", label: "later" },
    ],
    bands: [{ name: "expected", lower: [-1e9, null, 1e9], upper: [2e9, 2e9, 2e9] }],
    periods: [{ start: "2026-11-24T10:09:00Z", end: "2026-11-24T10:30:00Z", label: "fired" }],
  };
  // biome-ignore lint/suspicious/noExplicitAny: as above
  const option: any = timeOption(marked, new Set(), "utc", drawing);

  it("draws markers that lie within the chart, the time of its last point included", () => {
    const { markLine } = option.series.at(-1);
    expect(markLine.data.map(({ xAxis }: { xAxis: number }) => xAxis)).toEqual([
      Date.UTC(2026, 10, 24, 10, 6),
      Date.UTC(2026, 10, 24, 10, 14),
    ]);
  });

  it("draws a band as an area between its values, with a gap where one is unknown", () => {
    const [lower, upper] = option.series;
    expect(lower.data.map(([, value]: [number, number | null]) => value)).toEqual([-1e9, null, 1e9]);
    expect(upper.data.map(([, value]: [number, number | null]) => value)).toEqual([3e9, null, 1e9]);
    expect([lower.stack, lower.stackStrategy]).toEqual([upper.stack, "all"]);
  });

  it("tints the stretches in which something fired", () => {
    expect(option.series.at(-1).markArea.data[0][0]).toEqual({ name: "fired", xAxis: Date.UTC(2026, 10, 24, 10, 9) });
  });

  it("says all of it of the point that is looked at, as text", () => {
    const box: HTMLElement = option.tooltip.formatter([{ dataIndex: 1 }]);
    expect(box.querySelector("img")).toBeNull();
    expect(box.textContent).toContain(HOSTILE);
    expect(describePoint(marked, "utc", 2)).toBe(
      "Nov 24 10:10: p95 3 s, expected 1 s – 2 s, search 2.4.0 10:14, fired since 10:09",
    );
  });

  it("names a marker near the pointer too, as its line is hard to hit", () => {
    const times = Array.from({ length: 100 }, (_, index) => new Date(Date.UTC(2026, 10, 24, 10, index)).toISOString());
    const long = { ...marked, times, series: [{ name: "p95", values: times.map(() => 1) }], bands: [], periods: [] };
    const said = [3, 5, 6, 8].map((index) => describePoint(long, "utc", index).includes(HOSTILE));
    expect(said).toEqual([false, true, true, false]);
  });
});
