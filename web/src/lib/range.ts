/** The stretch of time that a page shows, and how often it asks for news of it. */

import { formatMoment, toMilliseconds } from "./time";
import type { TimeZone } from "./timeZone";

/** The ranges a reader can choose, as the API reads their start. */
export const RANGES: readonly { start: string; title: string }[] = [
  { start: "-5m", title: "Last 5 minutes" },
  { start: "-15m", title: "Last 15 minutes" },
  { start: "-1h", title: "Last hour" },
  { start: "-6h", title: "Last 6 hours" },
  { start: "-24h", title: "Last 24 hours" },
  { start: "-2d", title: "Last 2 days" },
  { start: "-7d", title: "Last 7 days" },
  { start: "-30d", title: "Last 30 days" },
];

export const DEFAULT_START = "-24h";

/** How often a page asks again: by itself when something was stored, never, or after so many milliseconds. */
export const REFRESHES = {
  live: { label: "Live", interval_ms: null },
  off: { label: "Off", interval_ms: null },
  "5s": { label: "5 s", interval_ms: 5_000 },
  "10s": { label: "10 s", interval_ms: 10_000 },
  "30s": { label: "30 s", interval_ms: 30_000 },
  "1m": { label: "1 min", interval_ms: 60_000 },
  "5m": { label: "5 min", interval_ms: 300_000 },
} as const;

export type Refresh = keyof typeof REFRESHES;

export function isRefresh(text: string): text is Refresh {
  return Object.hasOwn(REFRESHES, text);
}

const UNITS_MS: Record<string, number> = {
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 7 * 86_400_000,
};

/** An end of a range in milliseconds since 1970 UTC: RFC 3339, `now`, or back from now as in -15m; NaN when it is neither. */
export function resolveTime(text: string, now_ms: number): number {
  if (text === "now") return now_ms;
  const match = /^(?:now)?-(\d{1,9})([smhdw])$/.exec(text);
  return match ? now_ms - Number(match[1]) * (UNITS_MS[match[2] ?? ""] ?? Number.NaN) : toMilliseconds(text);
}

/** What a range is called: Last hour, Nov 24 14:00 – 15:00. */
export function describeRange(start: string, end: string | undefined, zone: TimeZone): string {
  const known = RANGES.find((range) => range.start === start);
  if (known && end === undefined) return known.title;
  const first_ms = toMilliseconds(start);
  const text = (instant: string, near_ms?: number) => {
    const time_ms = toMilliseconds(instant);
    return Number.isNaN(time_ms) ? instant : formatMoment(time_ms, zone, near_ms);
  };
  // the end's day is left out when it is the start's
  return `${text(start)} – ${end === undefined ? "now" : text(end, Number.isNaN(first_ms) ? undefined : first_ms)}`;
}
