/** Where rules stand, of what fires and how they were evaluated. Pure. */

import type { Alerts, RuleEntry, RuleRun } from "../../api/ruleTypes";

export interface RuleState {
  state: "firing" | "failing" | "pending" | "calm" | "off" | "waiting";
  /** Series that fire. */
  firing: number;
  run: RuleRun | null;
}

export function ruleState({ id, rule }: RuleEntry, known: Alerts | undefined): RuleState {
  const run = known?.evaluations.find(({ rule_id }) => rule_id === id) ?? null;
  const of = (state: string) => (known?.alerts ?? []).filter((it) => it.rule_id === id && it.state === state).length;
  const firing = of("firing");
  if (!rule.is_enabled) return { state: "off", firing, run };
  if (run?.failing_since) return { state: "failing", firing, run };
  if (firing > 0) return { state: "firing", firing, run };
  if (of("pending") > 0) return { state: "pending", firing, run };
  return { state: run === null ? "waiting" : "calm", firing, run };
}
