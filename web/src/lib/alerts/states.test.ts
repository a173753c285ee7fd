import { expect, it } from "vitest";
import type { Alert, Alerts, RuleEntry, RuleRun } from "../../api/ruleTypes";
import { newRule } from "./rules";
import { ruleState } from "./states";

const RULE: RuleEntry = { id: "rule_1", rule: newRule(), source: "api", file: "", version: 1, updated_at: null };

function run(failing_since: string | null): RuleRun {
  return {
    rule_id: "rule_1",
    evaluated_at: "t",
    ran_at: "t",
    duration_ms: 1,
    series_count: 2,
    skipped_count: 0,
    failing_since,
    error: failing_since ? "too expensive" : "",
  };
}

function known(states: Alert["state"][], failing_since: string | null = null): Alerts {
  return { alerts: states.map((state) => ({ rule_id: "rule_1", state }) as Alert), evaluations: [run(failing_since)] };
}

it("says where a rule stands", () => {
  expect(ruleState(RULE, undefined).state).toBe("waiting");
  expect(ruleState(RULE, known([])).state).toBe("calm");
  expect(ruleState(RULE, known(["pending"])).state).toBe("pending");
  expect(ruleState(RULE, known(["pending", "firing", "firing"]))).toMatchObject({ state: "firing", firing: 2 });
  expect(ruleState(RULE, known(["firing"], "t")).state).toBe("failing");
  expect(ruleState({ ...RULE, rule: { ...RULE.rule, is_enabled: false } }, known([])).state).toBe("off");
});
