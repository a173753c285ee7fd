/** What the pages of sessions and users read from their address, and what of a conversation they show. */

import { dropMissing, type ListSearch, type RangeSearch, readListSearch, readRangeSearch, text } from "./search";
import { toMilliseconds } from "./time";

/** In which order sessions and users are listed, as the API calls it. */
export const GROUP_ORDERS = {
  last_time: "Latest",
  cost_usd: "Cost",
  tokens: "Tokens",
  error_count: "Errors",
} as const;

export type GroupOrder = keyof typeof GROUP_ORDERS;

/** What a list of sessions or users is asked for. */
export interface GroupSearch extends ListSearch {
  /** The latest first when missing. */
  by?: GroupOrder;
}

/** What a session's page is asked for. */
export interface SessionSearch extends RangeSearch {
  /** Trace of the turn that is looked at. */
  turn?: string;
}

export function readGroupSearch(search: Record<string, unknown>): GroupSearch {
  const by = text(search.by);
  const isOrder = by !== undefined && by !== "last_time" && Object.hasOwn(GROUP_ORDERS, by);
  return dropMissing({ ...readListSearch(search), by: isOrder ? (by as GroupOrder) : undefined });
}

export function readSessionSearch(search: Record<string, unknown>): SessionSearch {
  return dropMissing({ ...readRangeSearch(search), turn: text(search.turn) });
}

/** Time between two instants in nanoseconds, at least 0. */
export function between_ns(first: string, last: string): number {
  return Math.max(0, (toMilliseconds(last) - toMilliseconds(first)) * 1e6);
}
