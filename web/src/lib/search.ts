/** What the address of a page says: the part after `?`, read with care since anybody can write it. */

import { DEFAULT_START, isRefresh, type Refresh } from "./range";
import { isTimeZone, type TimeZone } from "./timeZone";

/** What every page is asked for; the menu carries it from page to page. */
export interface RangeSearch {
  project?: string;
  /** Start as the API reads it; the last day when missing. */
  start?: string;
  /** End as the API reads it; now when missing. */
  end?: string;
  /** Time zone in which times are shown; the machine's own when missing. */
  tz?: TimeZone;
  /** How often the page asks for news; live when missing. */
  refresh?: Refresh;
  /** Whether charts show deploy markers; they do when missing. */
  deploys?: "off";
}

/** What a list of traces is asked for. */
export interface ListSearch extends RangeSearch {
  /** Filter in the filter language. */
  filter?: string;
  /** Ids of the columns, with commas; the usual ones when missing. */
  columns?: string;
}

/** What a trace's page is asked for. */
export interface TraceSearch extends RangeSearch {
  /** Span that is chosen. */
  span?: string;
  /** What is shown beside the chosen span: the tree when missing. */
  view?: "steps";
  /** What of the chosen span is shown; its messages when missing. */
  tab?: string;
  /** How messages are shown; as Markdown when missing. */
  text?: "plain" | "json";
  /** Text that is looked for within the trace. */
  find?: string;
  /** False when the critical path is not marked. */
  path?: false;
}

/** A page's own search is this and what it adds: `{ ...readRangeSearch(search), ...dropMissing({ by: text(search.by) }) }`. */
export function readRangeSearch(search: Record<string, unknown>): RangeSearch {
  const zone = text(search.tz);
  const refresh = text(search.refresh);
  return dropMissing({
    project: text(search.project),
    start: text(search.start),
    end: text(search.end),
    tz: zone !== undefined && zone !== "local" && isTimeZone(zone) ? zone : undefined,
    refresh: refresh !== undefined && refresh !== "live" && isRefresh(refresh) ? refresh : undefined,
    deploys: search.deploys === "off" ? "off" : undefined,
  });
}

export function readListSearch(search: Record<string, unknown>): ListSearch {
  return dropMissing({
    ...readRangeSearch(search),
    filter: text(search.filter),
    columns: text(search.columns),
  });
}

export function readTraceSearch(search: Record<string, unknown>): TraceSearch {
  const shown = text(search.text);
  return dropMissing({
    ...readRangeSearch(search),
    span: text(search.span),
    view: search.view === "steps" ? "steps" : undefined,
    tab: text(search.tab),
    text: shown === "plain" || shown === "json" ? shown : undefined,
    find: text(search.find),
    path: search.path === "false" || search.path === false ? false : undefined,
  });
}

/** What of a search another page can use as well. */
export function keepRange(search: RangeSearch): RangeSearch {
  const { project, start, end, tz, refresh, deploys } = search;
  return dropMissing({ project, start, end, tz, refresh, deploys });
}

/** The API's parameters for the range. */
export function rangeParameters(search: RangeSearch): Record<"project" | "start" | "end", string | undefined> {
  return { project: search.project, start: search.start ?? DEFAULT_START, end: search.end };
}

/** The API's parameters for a list. */
export function listParameters(search: ListSearch): Record<string, string | undefined> {
  return { ...rangeParameters(search), filter: search.filter };
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

/** A text that is not empty; undefined for all else. */
export function text(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

/** The same without what is undefined, so that it does not stand in the address. */
export function dropMissing<T extends object>(search: T): T {
  return Object.fromEntries(Object.entries(search).filter(([, value]) => value !== undefined)) as T;
}
