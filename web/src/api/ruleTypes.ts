/** The names that the screens give to rules and what they are made of; their shapes are generated from the API's description. */

import type { components } from "./types.generated";

type Schemas = components["schemas"];

export type Rule = Schemas["Rule"];
export type RuleQuery = Rule["query"];
export type Condition = Rule["when"];
export type ConditionKind = Condition["kind"];
export type ConditionOf<Kind extends ConditionKind> = Extract<Condition, { kind: Kind }>;
export type Severity = Rule["severity"];
export type RuleEntry = Schemas["RuleEntry"];
export type RuleEntries = Schemas["RuleEntries"];
export type TryOut = Schemas["TryOutOut"];
export type TriedSeries = Schemas["TriedSeries"];
export type ImportedRules = Schemas["ImportOut"];
export type Alert = Schemas["AlertOut"];
export type Alerts = Schemas["AlertsOut"];
export type RuleRun = Schemas["RuleRunOut"];
export type Readings = Schemas["ReadingsOut"];
export type ReadingSeries = Schemas["ReadingSeries"];
export type Silence = Schemas["SilenceEntry"];
export type NewSilence = Schemas["NewSilence"];
export type Matcher = Schemas["MatcherFields"];
export type NotificationTarget = Schemas["NotificationTarget"];
