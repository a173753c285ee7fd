import { describe, expect, it } from "vitest";
import { describeRange, isRefresh, resolveTime } from "./range";

describe("describeRange", () => {
  it("names a relative range, and writes out an absolute one with its day once", () => {
    expect(describeRange("-24h", undefined, "utc")).toBe("Last 24 hours");
    expect(describeRange("2026-11-24T14:00:00Z", undefined, "utc")).toBe("Nov 24 14:00 – now");
    expect(describeRange("2026-11-24T14:00:00Z", "2026-11-24T15:30:20Z", "utc")).toBe("Nov 24 14:00 – 15:30:20");
    expect(describeRange("2026-11-24T14:00:00Z", "2026-11-24T15:30:00Z", "Asia/Tokyo")).toBe(
      "Nov 24 23:00 – Nov 25 00:30",
    );
    expect(describeRange("-3h", "-1h", "utc")).toBe("-3h – -1h");
  });
});

describe("resolveTime", () => {
  it("reads what the API reads", () => {
    expect([resolveTime("-15m", 1_000_000), resolveTime("now-1m", 60_000), resolveTime("now", 7)]).toEqual([
      100_000, 0, 7,
    ]);
    expect(resolveTime("1970-01-01T00:00:01.5Z", 0)).toBe(1500);
    expect(resolveTime("yesterday", 0)).toBeNaN();
  });
});

describe("isRefresh", () => {
  it("knows its own names alone", () => {
    expect(["live", "30s", "2s", "toString"].map(isRefresh)).toEqual([true, true, false, false]);
  });
});
