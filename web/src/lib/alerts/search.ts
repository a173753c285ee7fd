/** What the pages of alerts read from their address. */

import { dropMissing, type RangeSearch, readRangeSearch, text } from "../search";

export const TABS = { firing: "Firing", rules: "Rules", silences: "Silences" } as const;

export type AlertsTab = keyof typeof TABS;

export interface AlertsSearch extends RangeSearch {
  /** What is listed; what fires when missing. */
  tab?: AlertsTab;
}

export function readAlertsSearch(search: Record<string, unknown>): AlertsSearch {
  const tab = text(search.tab);
  const isKnown = tab !== undefined && tab !== "firing" && Object.hasOwn(TABS, tab);
  return dropMissing({ ...readRangeSearch(search), tab: isKnown ? (tab as AlertsTab) : undefined });
}

export interface RuleSearch extends RangeSearch {
  /** Whether the rule is being changed. */
  edit?: true;
}

export function readRuleSearch(search: Record<string, unknown>): RuleSearch {
  const isEdited = search.edit === true || search.edit === "true";
  return dropMissing({ ...readRangeSearch(search), edit: isEdited ? true : undefined });
}

export interface IncidentsSearch extends RangeSearch {
  /** Which are listed; all when missing. */
  state?: "open" | "resolved";
  /** Id of the rule whose incidents are listed; all when missing. */
  rule?: string;
  /** How bad they are; all when missing. */
  severity?: "info" | "warning" | "critical";
}

export function readIncidentsSearch(search: Record<string, unknown>): IncidentsSearch {
  const { state, severity } = search;
  return dropMissing({
    ...readRangeSearch(search),
    state: state === "open" || state === "resolved" ? state : undefined,
    rule: text(search.rule),
    severity: severity === "info" || severity === "warning" || severity === "critical" ? severity : undefined,
  });
}
