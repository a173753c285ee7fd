/** What rules say about a chart of the same measure: the usual band, and when they fired. Pure. */

import type { ReadingSeries, RuleEntry } from "../../api/ruleTypes";
import { toMilliseconds } from "../time";
import { drawReadings, isSaid, labelWords } from "./series";

/** What a chart shows, so that rules over the very same can be found. */
export interface Charted {
  /** Measures of usage that are drawn. */
  measures: readonly string[];
  /** What they are divided by. */
  per?: string;
  /** Of which spans. */
  filter: string;
  /** Names, any of them, of the one column that tells series apart; none for one series of all. */
  groupBy: readonly string[];
}

export interface Overlay {
  bands: { name: string; lower: (number | null)[]; upper: (number | null)[] }[];
  periods: { start: string; end: string; label: string }[];
}

/** A rule with what its evaluations said. */
export interface Watched {
  entry: RuleEntry;
  series: readonly ReadingSeries[];
}

/** Whether a rule watches what a chart shows. */
export function watches({ rule: { query, when, is_enabled } }: RuleEntry, charted: Charted): boolean {
  if (!is_enabled || query.source !== "usage" || ["ratio", "objective", "budget"].includes(when.kind)) return false;
  const [column, ...others] = query.group_by;
  return (
    charted.measures.includes(query.measures[0] ?? "") &&
    (query.per ?? undefined) === charted.per &&
    query.filter.trim() === charted.filter &&
    others.length === 0 &&
    (column === undefined ? charted.groupBy.length === 0 : charted.groupBy.includes(column))
  );
}

/** Bands and firing periods of the rules that watch what a chart shows, at the chart's points of time. */
export function overlayOf(
  watched: readonly Watched[],
  charted: Charted,
  times: readonly string[],
  interval_s: number,
): Overlay {
  const overlay: Overlay = { bands: [], periods: [] };
  for (const { entry, series } of watched.filter((it) => watches(it.entry, charted))) {
    for (const one of series) {
      const drawn = drawReadings(one);
      const label = labelWords(one.labels, entry.rule.name);
      overlay.periods.push(...drawn.periods.map((period) => ({ ...period, label })));
      const band = {
        name: `usual (${entry.rule.name})`,
        lower: atTimes(drawn.times, drawn.lower, times, interval_s),
        upper: atTimes(drawn.times, drawn.upper, times, interval_s),
      };
      // a band of many groups would hide them; what adds up depends on how long a point is
      const isAlike = charted.groupBy.length === 0 && !addsUp(entry.rule.query, charted);
      if (isAlike && isSaid(band.upper)) overlay.bands.push(band);
    }
  }
  return overlay;
}

function addsUp(query: RuleEntry["rule"]["query"], { per }: Charted): boolean {
  const measure = query.source === "usage" ? (query.measures[0] ?? "") : "";
  return per === undefined && !/_(p\d+|mean)_|_per_s$/.test(measure);
}

/** The last value that was read within each point of a chart; null where none was. */
function atTimes(
  read: readonly string[],
  values: readonly (number | null)[],
  times: readonly string[],
  interval_s: number,
): (number | null)[] {
  const first_ms = toMilliseconds(times[0] ?? "");
  const found = times.map((): number | null => null);
  read.forEach((time, index) => {
    const place = Math.floor((toMilliseconds(time) - first_ms) / (1000 * interval_s));
    if (place >= 0 && place < found.length) found[place] = values[index] ?? found[place] ?? null;
  });
  return found;
}
