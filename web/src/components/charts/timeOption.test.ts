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
