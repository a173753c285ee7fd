/** What the page that compares two traces is asked for. */

import { dropMissing, type RangeSearch, readRangeSearch, text } from "./search";

export interface CompareSearch extends RangeSearch {
  /** Ids of the two traces. */
  left?: string;
  right?: string;
  /** Row of the steps whose texts are compared, from 0; the first with texts when missing. */
  step?: number;
}

export function readCompareSearch(search: Record<string, unknown>): CompareSearch {
  const step = /^\d{1,6}$/.test(String(search.step)) ? Number(search.step) : undefined;
  return dropMissing({
    ...readRangeSearch(search),
    left: traceIdOf(search.left),
    right: traceIdOf(search.right),
    step,
  });
}

/** A trace's id in what a reader pasted: the id itself, or the address of its page; undefined when there is none. */
export function traceIdOf(pasted: unknown): string | undefined {
  return /(?<![0-9a-f])[0-9a-f]{32}(?![0-9a-f])/i.exec(text(pasted) ?? "")?.[0].toLowerCase();
}
