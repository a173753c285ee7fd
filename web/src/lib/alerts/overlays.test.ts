import { describe, expect, it } from "vitest";
import type { ReadingSeries, Rule, RuleEntry } from "../../api/ruleTypes";
import { type Charted, overlayOf, watches } from "./overlays";
import { newRule } from "./rules";

const LATENCY: Charted = {
  measures: ["duration_p50_ns", "duration_p95_ns"],
  filter: "is_model_call:true",
  groupBy: [],
};

function entry(part: Partial<Rule> = {}, query: Partial<Extract<Rule["query"], { source: "usage" }>> = {}): RuleEntry {
  const rule = newRule();
  return { rule: { ...rule, name: "slow", ...part, query: { ...rule.query, ...query } } } as RuleEntry;
}

const READ = {
  labels: {},
  times: ["2026-11-30T10:00:10Z", "2026-11-30T10:00:50Z", "2026-11-30T10:02:00Z"],
  value: [1, 2, 3],
  threshold: [null, null, null],
  lower: [0, 1, 2],
  upper: [5, 6, 7],
  state: ["inactive", "firing", "inactive"],
} as unknown as ReadingSeries;
const TIMES = ["2026-11-30T10:00:00Z", "2026-11-30T10:01:00Z", "2026-11-30T10:02:00Z"];

describe("rules over the measure of a chart", () => {
  it("fit by measure, filter and grouping", () => {
    expect(watches(entry(), LATENCY)).toBe(true);
    expect(watches(entry({ is_enabled: false }), LATENCY)).toBe(false);
    expect(watches(entry({}, { measures: ["cost_usd"] }), LATENCY)).toBe(false);
    expect(watches(entry({}, { filter: "" }), LATENCY)).toBe(false);
    expect(watches(entry({}, { per: "span_count" }), LATENCY)).toBe(false);
    expect(watches(entry({}, { group_by: ["model"] }), LATENCY)).toBe(false);
    expect(watches(entry({}, { group_by: ["model"] }), { ...LATENCY, groupBy: ["model"] })).toBe(true);
    expect(watches(entry({}, { group_by: ["model", "user"] }), { ...LATENCY, groupBy: ["model"] })).toBe(false);
  });

  it("draw the last band of each point, and when they fired", () => {
    expect(overlayOf([{ entry: entry(), series: [READ] }], LATENCY, TIMES, 60)).toEqual({
      bands: [{ name: "usual (slow)", lower: [1, null, 2], upper: [6, null, 7] }],
      periods: [{ start: "2026-11-30T10:00:50Z", end: "2026-11-30T10:02:00Z", label: "slow" }],
    });
  });

  it("draw no band of what adds up over another length of time", () => {
    const cost = { entry: entry({}, { measures: ["cost_usd"] }), series: [READ] };
    const drawn = overlayOf([cost], { ...LATENCY, measures: ["cost_usd"] }, TIMES, 60);
    expect([drawn.bands.length, drawn.periods.length]).toEqual([0, 1]);
  });
});
