import { describe, expect, it } from "vitest";
import { FIRST_QUERIES } from "../dashboard/panels";
import { drawTried, firingPeriods, labelWords, valueUnit } from "./series";

const MEASURES = [
  { name: "duration_p95_ns", unit: "ns" },
  { name: "error_count", unit: "" },
  { name: "span_count", unit: "" },
  { name: "cost_usd", unit: "USD" },
];

describe("what rules read", () => {
  it("knows the unit of a value", () => {
    const usage = { ...FIRST_QUERIES.usage, measures: ["duration_p95_ns"] };
    expect(valueUnit(usage, MEASURES)).toBe("ns");
    expect(valueUnit({ ...usage, measures: ["error_count"], per: "span_count" }, MEASURES)).toBe("ratio");
    expect(valueUnit({ ...usage, measures: ["cost_usd"], per: "span_count" }, MEASURES)).toBe("usd");
    expect(valueUnit(FIRST_QUERIES.metrics, MEASURES)).toBe("");
  });

  it("finds the stretches in which a series fired", () => {
    const times = ["t0", "t1", "t2", "t3", "t4", "t5"];
    const states = ["pending", "firing", "firing", "inactive", "inactive", "firing"];
    expect(firingPeriods(times, states)).toEqual([
      { start: "t1", end: "t3", label: "fired" },
      { start: "t5", end: "t5", label: "fires" },
    ]);
  });

  it("lets a period that did not end reach to the end", () => {
    const tried = {
      labels: {},
      values: [1, 2],
      thresholds: [],
      lower: [],
      upper: [],
      expected: [],
      scores: [],
      is_breached: [true, true],
      note: "",
      periods: [{ started_at: "a", fired_at: "a", resolved_at: null }],
    };
    expect(drawTried(tried, { times: ["a", "b"] }).periods).toEqual([{ start: "a", end: "b", label: "would fire" }]);
  });

  it("says labels in words", () => {
    expect(labelWords({})).toBe("all");
    expect(labelWords({ model: "gpt-4o", service: "" })).toBe("gpt-4o · (none)");
  });
});
