/** Log records as the page shows them: names that stay while the list grows, levels, and links to one record. */

import type { LogRecord } from "../api/types";
import { dropMissing, quoteValue, type RangeSearch, readRangeSearch, text } from "./search";
import { nextInstant, toMilliseconds } from "./time";

/** A record with a name of its own in a list: records that are alike have the same id. */
export type LogRow = LogRecord & { key: string };

/** What the page of logs is asked for. */
export interface LogsSearch extends RangeSearch {
  /** Filter in the filter language. */
  filter?: string;
  /** Levels that are shown, with commas; all when missing. */
  level?: string;
  /** Id of the record that is open. */
  log?: string;
}

/** Levels from the most severe on, as the filter names them; `other` is what has none of these names. */
export const LEVELS = ["fatal", "error", "warn", "info", "debug", "trace", "other"] as const;

export type Level = (typeof LEVELS)[number];

export function readLogsSearch(search: Record<string, unknown>): LogsSearch {
  return dropMissing({
    ...readRangeSearch(search),
    filter: text(search.filter),
    level: joinLevels(readLevels(text(search.level))),
    log: text(search.log),
  });
}

/** The levels in an address; those that are none are passed over. */
export function readLevels(level: string | undefined): Level[] {
  const asked = new Set((level ?? "").split(","));
  return LEVELS.filter((it) => asked.has(it));
}

/** Levels as an address has them; undefined when all are meant. */
export function joinLevels(levels: readonly Level[]): string | undefined {
  return levels.length === 0 || levels.length === LEVELS.length ? undefined : levels.join(",");
}

/** The filter that the list is asked with: what the reader wrote, and the levels that were chosen. */
export function listFilter({ filter, level }: LogsSearch): string | undefined {
  const chosen = readLevels(level);
  if (chosen.length === 0) return filter;
  const named = LEVELS.filter((it) => it !== "other");
  const known = chosen.filter((it) => it !== "other");
  const parts = known.length > 0 ? [`level:(${known.join(",")})`] : [];
  if (chosen.includes("other")) parts.push(`-level:(${named.join(",")})`);
  const condition = parts.length > 1 ? `(${parts.join(" OR ")})` : (parts[0] ?? "");
  return filter === undefined ? condition : `(${filter}) ${condition}`;
}

/** The level of a record: its number's range, its text where there is no number. */
export function levelOf({
  severity_number,
  severity_text,
}: Pick<LogRecord, "severity_number" | "severity_text">): Level {
  if (severity_number > 0) {
    return (
      (["trace", "debug", "info", "warn", "error", "fatal"] as const)[
        Math.min(5, Math.ceil(severity_number / 4) - 1)
      ] ?? "other"
    );
  }
  const named = severity_text.toLowerCase();
  return LEVELS.find((level) => level === named) ?? "other";
}

/** Give each record of a page a name of its own. */
export function nameRows(logs: readonly LogRecord[]): LogRow[] {
  const counts = new Map<string, number>();
  return logs.map((log) => {
    const count = counts.get(log.id) ?? 0;
    counts.set(log.id, count + 1);
    return { ...log, key: count === 0 ? log.id : `${log.id}~${count}` };
  });
}

const LINK_BEFORE_MS = 15 * 60_000;

/** The search of a link to one record: it stands on top of what happened in the quarter of an hour before. */
export function linkToLog(log: LogRecord, search: LogsSearch): LogsSearch {
  const start = new Date(toMilliseconds(log.time) - LINK_BEFORE_MS).toISOString();
  return dropMissing({ project: search.project, tz: search.tz, start, end: nextInstant(log.time), log: log.id });
}

/** An attribute's condition in the filter language: attributes.tier:gold, -attributes.tier:gold. */
export function attributeCondition(prefix: string, name: string, value: unknown, isExcluded = false): string {
  const field = `${prefix}${name}`;
  const shown = typeof value === "string" ? value : JSON.stringify(value);
  return `${isExcluded ? "-" : ""}${/^[A-Za-z_][\w.\-/]*$/.test(field) ? field : `"${field.replace(/[\\"]/g, "\\$&")}"`}:${quoteValue(shown)}`;
}

/** A filter with one more condition. */
export function withCondition(filter: string | undefined, condition: string): string {
  if (filter === undefined || filter === "") return condition;
  return /\bOR\b/.test(filter) ? `(${filter}) ${condition}` : `${filter} ${condition}`;
}
