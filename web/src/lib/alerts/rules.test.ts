import { describe, expect, it } from "vitest";
import { asKind, asSource, boundUnit, isRuleName, KINDS, newRule, ruleWords } from "./rules";

describe("rules", () => {
  it("says a new rule in words", () => {
    expect(ruleWords(newRule())).toBe(
      "duration_p95_ns where is_model_call:true, over 5 minutes: unusual; at most 1 false alarms a week",
    );
  });

  it("shows bounds of durations in seconds, and of a ratio as they are", () => {
    const rule = { ...asKind(newRule(), "threshold"), for_s: 300 };
    const slow = { ...rule, when: { kind: "threshold" as const, above: 5e9, below: null, recover: null } };
    expect(boundUnit(slow)).toEqual({ word: "s", factor: 1e9 });
    expect(ruleWords(slow)).toContain("over 5 s for 5 minutes");
    expect(boundUnit(asKind(rule, "ratio")).factor).toBe(1);
  });

  it.each(KINDS.map(({ kind }) => kind))("begins a rule of the kind %s with a question that it can watch", (kind) => {
    const { query, when } = asKind(asSource(newRule(), "sql"), kind);
    expect(when.kind).toBe(kind);
    if (kind === "objective")
      expect(query).toMatchObject({ source: "usage", measures: ["error_count"], per: "span_count" });
    if (kind === "budget") expect(query).toMatchObject({ source: "usage", measures: ["cost_usd"], per: null });
    if (kind === "absence") expect(query.source).not.toBe("sql");
  });

  it("asks one measure, or one quantile", () => {
    const usage = asSource(newRule(), "usage").query;
    const metric = asSource(newRule(), "metrics").query;
    expect(usage.source === "usage" && usage.measures).toHaveLength(1);
    expect(metric.source === "metrics" && metric.quantiles).toHaveLength(1);
  });

  it.each([
    ["slow-answers", true],
    ["Slow", false],
    ["-x", false],
    ["a".repeat(64), false],
  ])("reads %s as a name or not", (name, isOne) => expect(isRuleName(name)).toBe(isOne));
});
