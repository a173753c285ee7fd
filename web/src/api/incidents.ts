/** Questions about incidents, and what the team does about them. */

import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { getJson, type Parameters, sendJson } from "./client";
import type { components } from "./types.generated";

type Schemas = components["schemas"];

export type IncidentEntry = Schemas["IncidentEntry"];
export type Incident = Schemas["IncidentOut"];
export type IncidentEvent = Schemas["EventOut"];
export type IncidentChange = Schemas["ChangedIncident"];
export type Explanation = Schemas["ExplanationOut"];
export type Notification = Schemas["NotificationEntry"];

const INTERVAL_MS = 10_000;

/** Incidents, the newest first. */
export function incidents(parameters: Parameters) {
  return queryOptions({
    queryKey: ["incidents", parameters],
    queryFn: async ({ signal }) =>
      (await getJson<Schemas["IncidentList"]>("/incidents", { limit: 200, ...parameters }, signal)).incidents,
    refetchInterval: INTERVAL_MS,
  });
}

export function incident(id: string) {
  return queryOptions({
    queryKey: ["incident", id],
    queryFn: ({ signal }) => getJson<Incident>(path(id), {}, signal),
    refetchInterval: INTERVAL_MS,
    retry: false,
  });
}

/** What was told of an incident, and to whom. */
export function notificationsOf(id: string) {
  return queryOptions({
    queryKey: ["notifications", id],
    queryFn: async ({ signal }) =>
      (await getJson<Schemas["NotificationPage"]>("/notifications", { incident: id }, signal)).notifications,
    refetchInterval: INTERVAL_MS,
  });
}

/** The facts, the timeline and the team's text, as Markdown. */
export function postMortemPath(id: string): string {
  return `${path(id)}/post-mortem.md`;
}

export function useChangeIncident(id: string) {
  return useIncident((change: Partial<IncidentChange>) => sendJson<Incident>("PATCH", path(id), change));
}

export function useComment(id: string) {
  return useIncident((text: string) => sendJson<Incident>("POST", `${path(id)}/comments`, { text }));
}

function useIncident<Input>(change: (input: Input) => Promise<Incident>) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: change,
    onSuccess: (changed) => {
      queries.setQueryData(incident(changed.id).queryKey, changed);
      return queries.invalidateQueries({ queryKey: ["incidents"] });
    },
  });
}

function path(id: string): string {
  return `/incidents/${encodeURIComponent(id)}`;
}
