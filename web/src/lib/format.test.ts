import { describe, expect, it } from "vitest";
import {
  formatCost,
  formatCount,
  formatDuration,
  formatPlural,
  formatRate,
  formatShare,
  formatShortCost,
  formatShortCount,
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
