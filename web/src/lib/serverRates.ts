/** How fast things come in, from two looks at the server's counters. */

import type { ServerState } from "../api/types";
import { toMilliseconds } from "./time";

/** Rows a second of each signal between two looks; null where there is nothing to compare with, as after a restart. */
export function rowsPerSecond(before: ServerState | undefined, now: ServerState, signal: string): number | null {
  if (before === undefined) return null;
  const rows = (state: ServerState) => state.signals.find((it) => it.signal === signal)?.row_count ?? 0;
  const seconds = (toMilliseconds(now.time) - toMilliseconds(before.time)) / 1000;
  const added = rows(now) - rows(before);
  return seconds > 0 && added >= 0 ? added / seconds : null;
}
