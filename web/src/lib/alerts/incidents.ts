/** Incidents in words. Pure. */

import type { IncidentEntry, IncidentEvent } from "../../api/incidents";
import { formatDuration } from "../format";
import { toMilliseconds } from "../time";

export const INCIDENT_STATES: Record<IncidentEntry["state"], string> = {
  open: "Open",
  acknowledged: "Acknowledged",
  resolved: "Resolved",
};

/** How long it lasted, or has lasted so far. */
export function lastedWords({ started_at, resolved_at }: IncidentEntry, now_ms: number): string {
  const end_ms = resolved_at ? toMilliseconds(resolved_at) : now_ms;
  return formatDuration(Math.max(0, end_ms - toMilliseconds(started_at)) * 1e6);
}

const EVENTS: Record<string, string> = {
  opened: "Opened",
  fired: "Fired",
  resolved: "Recovered",
  corrected: "Corrected by late data",
  closed: "Over",
  acknowledged: "Acknowledged",
  unacknowledged: "No longer acknowledged",
  owned: "Given to a team",
  muted: "Kept from being told",
  unmuted: "Told again from now on",
  notified: "Told",
  explained: "Explained",
  commented: "Comment",
  post_mortem: "Post-mortem written",
};

/** What an event is called. */
export function eventWords({ kind }: IncidentEvent): string {
  return EVENTS[kind] ?? kind;
}

/** The range around an incident that is looked at: an hour before it, and a little after. */
export function rangeAround({ started_at, resolved_at }: IncidentEntry): { start: string; end?: string } {
  const start = new Date(toMilliseconds(started_at) - 3_600_000).toISOString();
  if (resolved_at === null) return { start };
  return { start, end: new Date(toMilliseconds(resolved_at) + 900_000).toISOString() };
}

/** The same incidents with those that are not over first. */
export function openFirst(incidents: readonly IncidentEntry[]): IncidentEntry[] {
  const isOver = ({ state }: IncidentEntry) => Number(state === "resolved");
  return [...incidents].sort((one, other) => isOver(one) - isOver(other));
}
