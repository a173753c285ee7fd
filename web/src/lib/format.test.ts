import { describe, expect, it } from "vitest";
import {
  formatBytes,
  formatChange,
  formatCost,
  formatCount,
  formatDuration,
  formatNumber,
  formatPlural,
  formatRate,
  formatShare,
  formatShortCost,
  formatShortCount,
  formatTick,
  formatValue,
} from "./format";

describe("formatDuration", () => {
  it.each([
    [0, "0 ms"],
    [999, "999 ns"],
    [1_000, "1 µs"],
    [420_400, "420 µs"],
    [999_999, "1 ms"],
    [35_240_000, "35.2 ms"],
    [999_700_000, "1 s"],
    [1_284_000_000, "1.28 s"],
    [59_960_000_000, "1 m 00 s"],
    [125_000_000_000, "2 m 05 s"],
    [11_520_000_000_000, "3 h 12 m"],
    [259_200_000_000_000, "3 d"],
    [-1_500_000, "−1.5 ms"],
  ])("writes %d ns as %s", (duration_ns, text) => {
    expect(formatDuration(duration_ns)).toBe(text);
  });
});

describe("formatCost", () => {
  it.each([
    [0, "$0"],
    [0.000042, "$0.000042"],
    [0.01234, "$0.0123"],
    [0.5, "$0.5"],
    [0.9999, "$1.00"],
    [1.234, "$1.23"],
    [12_345.6, "$12,346"],
    [1e-12, "<$0.00000001"],
    [-0.02, "−$0.02"],
  ])("writes %d USD as %s", (cost_usd, text) => {
    expect(formatCost(cost_usd)).toBe(text);
  });
});

describe("formatShortCost", () => {
  it("writes small sums in four decimals, so that a column stays narrow and its points stand below each other", () => {
    expect([0, 0.0000032, 0.0001, 0.01234, 0.0999, 0.5, 12.345, null].map(formatShortCost)).toEqual([
      "$0",
      "<$0.0001",
      "$0.0001",
      "$0.0123",
      "$0.0999",
      "$0.5",
      "$12.35",
      "–",
    ]);
  });
});

describe("counts and shares", () => {
  it("keeps thousands apart and shortens with a unit", () => {
    expect(formatCount(1_234_567)).toBe("1,234,567");
    expect([0, 987, 999.6, 12_345, 999_960, 4_560_000].map(formatShortCount)).toEqual([
      "0",
      "987",
      "1k",
      "12.3k",
      "1M",
      "4.56M",
    ]);
  });

  it("says a share with no more digits than mean something", () => {
    expect([0, 0.00001, 0.0012, 0.034, 0.57, 1].map(formatShare)).toEqual([
      "0%",
      "<0.01%",
      "0.12%",
      "3.4%",
      "57%",
      "100%",
    ]);
  });

  it("never shows what is unknown as zero", () => {
    expect([
      formatCount(null),
      formatShortCount(undefined),
      formatDuration(null),
      formatCost(null),
      formatShare(Number.NaN),
      formatRate(null),
    ]).toEqual(Array(6).fill("–"));
  });

  it("counts one thing in the singular", () => {
    expect([formatPlural(1, "span"), formatPlural(10_000, "span")]).toEqual(["1 span", "10,000 spans"]);
  });
});

describe("formatValue", () => {
  it.each([
    [1_284_000_000, "ns", "1.28 s"],
    [0.25, "s", "250 ms"],
    [12_345, "tokens", "12.3k tokens"],
    [43.21, "tokens/s", "43.2 tokens/s"],
    [0.0123, "USD", "$0.0123"],
    [0.034, "ratio", "3.4%"],
    [99.5, "%", "99.5%"],
    [1536, "By", "1.5 KiB"],
    [2.5, "1/s", "2.5 /s"],
    [7, "{request}", "7 request"],
    [0.00123456, "", "0.00123"],
    [null, "ns", "–"],
    [Number.NaN, "", "–"],
  ])("%s in %s is %s", (value, unit, text) => {
    expect(formatValue(value, unit)).toBe(text);
  });

  it("leaves a word out on an axis, and keeps a symbol", () => {
    expect([formatTick(12_345, "tokens"), formatTick(2e9, "ns"), formatTick(0.5, "ratio")]).toEqual([
      "12.3k",
      "2 s",
      "50%",
    ]);
  });
});

describe("formatNumber and formatBytes", () => {
  it("keep about three digits at any size", () => {
    expect([0, 0.000012345, 1, 12.345, 999.7, 1e9].map(formatNumber)).toEqual([
      "0",
      "0.0000123",
      "1",
      "12.3",
      "1k",
      "1B",
    ]);
    expect([0, 1023, 1024, 5e9].map(formatBytes)).toEqual(["0 B", "1023 B", "1 KiB", "4.66 GiB"]);
  });
});

describe("formatChange", () => {
  it("says how much more or less, and nothing where nothing was", () => {
    const changes: [number | null, number | null][] = [
      [112, 100],
      [96.6, 100],
      [520, 100],
      [1, 1],
      [1, 0],
      [1, null],
    ];
    expect(changes.map(([value, before]) => formatChange(value, before))).toEqual([
      "+12%",
      "−3.4%",
      "×5.2",
      "±0%",
      "",
      "",
    ]);
  });
});
