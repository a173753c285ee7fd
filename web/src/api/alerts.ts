/** Questions about rules and what fires, and what changes them. */

import { keepPreviousData, queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { type RangeSearch, rangeParameters } from "../lib/search";
import { getJson, queryOf, sendJson } from "./client";
import type {
  Alerts,
  ImportedRules,
  NewSilence,
  NotificationTarget,
  Readings,
  Rule,
  RuleEntries,
  RuleEntry,
  Silence,
  TryOut,
} from "./ruleTypes";

/** How soon what fires is asked for again, in milliseconds: rules are evaluated every ten seconds at most. */
const ALERTS_INTERVAL_MS = 10_000;

export function rules(project: string | undefined) {
  return queryOptions({
    queryKey: ["rules", project],
    queryFn: ({ signal }) => getJson<RuleEntries>("/rules", { project }, signal),
  });
}

export function rule(id: string) {
  return queryOptions({
    queryKey: ["rule", id],
    queryFn: ({ signal }) => getJson<RuleEntry>(`/rules/${encodeURIComponent(id)}`, {}, signal),
    retry: false,
  });
}

/** What is pending or fires, and how the evaluation of each rule is. */
export function alerts(project: string | undefined) {
  return queryOptions({
    queryKey: ["alerts", project],
    queryFn: ({ signal }) => getJson<Alerts>("/alerts", { project }, signal),
    refetchInterval: ALERTS_INTERVAL_MS,
  });
}

/** What the evaluations of a rule said. */
export function readings(rule: string, search: RangeSearch) {
  const parameters = { ...rangeParameters(search), rule };
  return queryOptions({
    queryKey: ["readings", parameters],
    queryFn: ({ signal }) => getJson<Readings>("/readings", parameters, signal),
    placeholderData: keepPreviousData,
    refetchInterval: search.end === undefined ? ALERTS_INTERVAL_MS : false,
  });
}

/** What a rule would have done within a range. */
export function tryRule(rule: Rule, search: RangeSearch, start: string): Promise<TryOut> {
  return sendJson<TryOut>("POST", `/rules/try${queryOf({ project: search.project, start })}`, { rule });
}

/** Whom there is to tell. */
export function targets() {
  return queryOptions({
    queryKey: ["notification-targets"],
    queryFn: async ({ signal }) =>
      (await getJson<{ targets: NotificationTarget[] }>("/notification-targets", {}, signal)).targets,
  });
}

export function silences(project: string | undefined) {
  return queryOptions({
    queryKey: ["silences", project],
    queryFn: async ({ signal }) => (await getJson<{ silences: Silence[] }>("/silences", { project }, signal)).silences,
  });
}

/** The file of all rules of a project, as YAML. */
export function rulesFile(project: string | undefined): string {
  return `/rules/export${queryOf({ project })}`;
}

function useChange<Input, Answer>(change: (input: Input) => Promise<Answer>, ...touched: string[]) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: change,
    onSuccess: () => Promise.all(touched.map((name) => queries.invalidateQueries({ queryKey: [name] }))),
  });
}

/** Keep a rule: a new one, or a change of the one that was read at a version. */
export function useSaveRule(known: RuleEntry | null) {
  return useChange(
    (changed: Rule) =>
      known === null
        ? sendJson<RuleEntry>("POST", "/rules", changed)
        : sendJson<RuleEntry>("PUT", `/rules/${known.id}`, { rule: changed, version: known.version }),
    "rules",
    "rule",
    "alerts",
  );
}

export function useDeleteRule() {
  return useChange((id: string) => sendJson("DELETE", `/rules/${id}`), "rules", "alerts");
}

interface RuleFile {
  text: string;
  project_id: string | null;
}

/** What would become of the rules of a file; nothing is kept. */
export function importTrial(file: RuleFile) {
  return queryOptions({
    queryKey: ["import-trial", file],
    queryFn: ({ signal }) => sendJson<ImportedRules>("POST", "/rules/import", { ...file, is_trial: true }, signal),
    retry: false,
  });
}

export function useImportRules() {
  return useChange(
    (file: RuleFile) => sendJson<ImportedRules>("POST", "/rules/import", { ...file, is_trial: false }),
    "rules",
  );
}

export function useCreateSilence() {
  return useChange((silence: NewSilence) => sendJson<Silence>("POST", "/silences", silence), "silences", "incidents");
}

export function useEndSilence() {
  return useChange((id: string) => sendJson("DELETE", `/silences/${id}`), "silences", "incidents");
}
