/** The stretch of time in which a trace's logs are looked for. */

import { toMilliseconds } from "../../lib/time";

/** Room for clocks that disagree and for logs that are written a little later, in milliseconds. */
const ROOM_MS = 60_000;

/** @returns RFC 3339 texts around the trace */
export function logRange(start_time: string, duration_ns: number): { start: string; end: string } {
  const start_ms = toMilliseconds(start_time);
  if (Number.isNaN(start_ms)) return { start: start_time, end: "now" };
  const end_ms = start_ms + duration_ns / 1e6;
  return {
    start: new Date(Math.max(0, start_ms - ROOM_MS)).toISOString(),
    end: new Date(end_ms + ROOM_MS).toISOString(),
  };
}
