/** Rules begun, changed from one kind to another, and said in words. Pure. */

import type { ConditionKind, ConditionOf, Rule, RuleQuery, Severity } from "../../api/ruleTypes";
import { FIRST_QUERIES } from "../dashboard/panels";
import { formatNumber } from "../format";
import { lengthWords } from "./lengths";

export const SEVERITIES: readonly Severity[] = ["info", "warning", "critical"];

export const KINDS: readonly { kind: ConditionKind; label: string; brief: string }[] = [
  { kind: "threshold", label: "Threshold", brief: "The value is over or under a bound" },
  {
    kind: "anomaly",
    label: "Anomaly",
    brief: "The value is outside of what is usual for it at that time; nothing has to be set",
  },
  { kind: "change", label: "Change", brief: "The value is far from that of the same time yesterday or last week" },
  { kind: "absence", label: "Absence", brief: "What reported has stopped" },
  { kind: "ratio", label: "Ratio", brief: "One question over another" },
  {
    kind: "objective",
    label: "Objective",
    brief: "An error budget burns too fast, over a long and a short window at once",
  },
  { kind: "budget", label: "Budget", brief: "What was spent since the day, the week or the month began" },
];

const FIRST_CONDITIONS: { [Kind in ConditionKind]: ConditionOf<Kind> } = {
  threshold: { kind: "threshold", above: 10, below: null, recover: null },
  anomaly: { kind: "anomaly", detector: "ensemble", direction: "both", false_alarms_a_week: 1, history_days: 28 },
  change: { kind: "change", against: "last_week", by: "ratio", above: 1.5, below: null, recover: null },
  absence: { kind: "absence", seen_within_s: 86_400 },
  ratio: { kind: "ratio", over: usage("model_call_count"), above: 0.05, below: null, recover: null },
  objective: { kind: "objective", target: 0.99, budget: null, window_days: 30, speed: "any" },
  budget: { kind: "budget", limit: 100, period: "month", at_ratio: 1 },
};

/** A question of one measure of usage, each service by itself. */
function usage(measure: string, per: string | null = null): RuleQuery {
  return { ...FIRST_QUERIES.usage, measures: [measure], per, group_by: [] };
}

/** A new rule: the 95th percentile of calls' durations, learnt and not set. */
export function newRule(): Rule {
  return {
    name: "",
    project: null,
    brief: "",
    query: { ...FIRST_QUERIES.usage, measures: ["duration_p95_ns"], filter: "is_model_call:true", group_by: [] },
    when: FIRST_CONDITIONS.anomaly,
    window_s: 300,
    every_s: 60,
    for_s: 0,
    keep_firing_for_s: 300,
    delay_s: 60,
    minimum_traffic: 0,
    max_series: 100,
    severity: "warning",
    owner: "",
    labels: {},
    annotations: {},
    runbook: "",
    notify: [],
    group_by_incident: [],
    inhibited_by: [],
    remind_every_s: 14_400,
    is_enabled: true,
  };
}

/** The same rule with a condition of another kind, and a question that this kind can watch. */
export function asKind(rule: Rule, kind: ConditionKind): Rule {
  return { ...rule, when: FIRST_CONDITIONS[kind], query: fitting(rule.query, kind) };
}

function fitting(query: RuleQuery, kind: ConditionKind): RuleQuery {
  if (kind === "objective") return usage("error_count", "span_count");
  if (kind === "budget") return usage("cost_usd");
  if (kind === "absence" && query.source === "sql") return usage("span_count");
  return query;
}

/** The same rule with a question of another source, of one value a series. */
export function asSource(rule: Rule, source: RuleQuery["source"]): Rule {
  return { ...rule, query: firstQuery(source) };
}

/** What a question of one value a series begins as. */
export function firstQuery(source: RuleQuery["source"]): RuleQuery {
  switch (source) {
    case "usage":
      return usage("span_count");
    case "metrics":
      return { ...FIRST_QUERIES.metrics, quantiles: [0.95] };
    case "sql":
      return FIRST_QUERIES.sql;
  }
}

/** What is watched, in words: p95 … of the measure, of which spans, told apart by what. */
export function questionWords(query: RuleQuery): string {
  const by = query.source === "sql" ? query.names : query.group_by;
  const apart = by.length > 0 ? `, by ${by.join(" and ")}` : "";
  if (query.source === "sql") return `SQL${apart}`;
  const filter = query.filter === "" ? "" : ` where ${query.filter}`;
  const what =
    query.source === "usage" ? (query.measures[0] ?? "") + (query.per ? ` per ${query.per}` : "") : query.name;
  return what + filter + apart;
}

/** When a rule is breached, in words. */
export function conditionWords(rule: Rule): string {
  const { when } = rule;
  const unit = boundUnit(rule);
  switch (when.kind) {
    case "threshold":
      return bounds(when, unit);
    case "ratio":
      return `over ${questionWords(when.over)} is ${bounds(when, unit)}`;
    case "change": {
      const against = when.against === "yesterday" ? "yesterday" : "last week";
      return when.by === "ratio"
        ? `${bounds(when, unit)} times that of ${against}`
        : `${bounds(when, unit)} away from that of ${against}`;
    }
    case "absence":
      return `nothing came, of what came in the last ${lengthWords(when.seen_within_s)}`;
    case "objective":
      return when.target != null
        ? `the budget of ${formatNumber(100 * (1 - when.target))} % over ${when.window_days} days burns too fast`
        : `the budget of ${formatNumber(when.budget ?? 0)} over ${when.window_days} days burns too fast`;
    case "budget":
      return `over ${formatNumber(when.limit * when.at_ratio)} since the ${when.period} began`;
    case "anomaly": {
      const side = { both: "unusual", up: "unusually high", down: "unusually low" }[when.direction];
      return `${side}; at most ${formatNumber(when.false_alarms_a_week)} false alarms a week`;
    }
  }
}

function bounds(
  { above, below }: { above?: number | null; below?: number | null },
  { word, factor }: BoundUnit,
): string {
  const value = (bound: number) => [formatNumber(bound / factor), ...(word ? [word] : [])].join(" ");
  const said = [
    ...(above == null ? [] : [`over ${value(above)}`]),
    ...(below == null ? [] : [`under ${value(below)}`]),
  ];
  return said.join(" or ");
}

/** The whole rule in a sentence. */
export function ruleWords(rule: Rule): string {
  const held = rule.for_s > 0 ? ` for ${lengthWords(rule.for_s)}` : "";
  return `${questionWords(rule.query)}, over ${lengthWords(rule.window_s)}: ${conditionWords(rule)}${held}`;
}

/** How bounds are typed: nanoseconds in seconds, all else as measured. */
export interface BoundUnit {
  word: string;
  /** What a typed number is multiplied with. */
  factor: number;
}

const AS_MEASURED: BoundUnit = { word: "", factor: 1 };

export function boundUnit({ query, when }: Rule): BoundUnit {
  const isOfTheValue = when.kind === "threshold" || (when.kind === "change" && when.by === "difference");
  if (!isOfTheValue || query.source !== "usage" || query.per != null) return AS_MEASURED;
  const measure = query.measures[0] ?? "";
  if (measure.endsWith("_ns")) return { word: "s", factor: 1e9 };
  return measure.endsWith("_usd") ? { word: "USD", factor: 1 } : AS_MEASURED;
}

/** Whether a name can be a rule's. */
export function isRuleName(name: string): boolean {
  return /^[a-z][a-z0-9-]{0,62}$/.test(name);
}
