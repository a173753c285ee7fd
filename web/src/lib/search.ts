/** What the address of a page says: the part after `?`, read with care since anybody can write it. */

import { DEFAULT_START } from "./time";

/** What a list of traces is asked for. */
export interface ListSearch {
  /** Filter in the filter language. */
  filter?: string;
  /** Start as the API reads it; the last day when missing. */
  start?: string;
  /** End as the API reads it; now when missing. */
  end?: string;
  project?: string;
  /** False when the reader has stopped the list from filling. */
  live?: boolean;
}

/** What a trace's page is asked for. */
export interface TraceSearch {
  project?: string;
  /** Span that is chosen. */
  span?: string;
}

export function readListSearch(search: Record<string, unknown>): ListSearch {
  return dropMissing({
    filter: text(search.filter),
    start: text(search.start),
    end: text(search.end),
    project: text(search.project),
    live: search.live === "false" || search.live === false ? false : undefined,
  });
}

export function readTraceSearch(search: Record<string, unknown>): TraceSearch {
  return dropMissing({ project: text(search.project), span: text(search.span) });
}

/** The API's parameters for a list. */
export function listParameters(search: ListSearch): Record<string, string | undefined> {
  return { project: search.project, start: search.start ?? DEFAULT_START, end: search.end, filter: search.filter };
}

/** A value as the filter language reads it: quoted when it holds anything but plain characters. */
export function quoteValue(value: string): string {
  return /^[\w.\-/@]+$/.test(value) ? value : `"${value.replace(/[\\"]/g, "\\$&")}"`;
}

/** The part of an address after `?`, as plain texts, so that people can read, write and share it. */
export function parseSearch(search: string): Record<string, string> {
  return Object.fromEntries(new URLSearchParams(search));
}

/** The reverse of parseSearch; what is missing is left out. */
export function stringifySearch(search: Record<string, unknown>): string {
  const known = Object.entries(search).filter(([, value]) => value !== undefined && value !== "");
  const query = new URLSearchParams(known.map(([name, value]) => [name, String(value)]));
  return query.size > 0 ? `?${query}` : "";
}

function text(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

function dropMissing<T extends object>(search: T): T {
  return Object.fromEntries(Object.entries(search).filter(([, value]) => value !== undefined)) as T;
}
