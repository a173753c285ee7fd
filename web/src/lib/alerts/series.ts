/** What rules read and what they would have done, as charts draw it. Pure. */

import type { ReadingSeries, RuleQuery, TriedSeries, TryOut } from "../../api/ruleTypes";
import type { Unit } from "../format";

/** The unit of a rule's value. */
export function valueUnit(query: RuleQuery, measures: readonly { name: string; unit: string }[]): Unit {
  if (query.source !== "usage") return "";
  const unitOf = (name: string) => measures.find((it) => it.name === name)?.unit ?? "";
  const unit = unitOf(query.measures[0] ?? "");
  if (query.per != null) return unit === unitOf(query.per) ? "ratio" : unit === "USD" ? "usd" : unit;
  return unit === "USD" ? "usd" : unit;
}

/** Labels as people read them; of a rule without groups there are none. */
export function labelWords(labels: Readonly<Record<string, string>>, none = "all"): string {
  const said = Object.values(labels).map((value) => value || "(none)");
  return said.length > 0 ? said.join(" · ") : none;
}

export interface Drawn {
  times: readonly string[];
  values: (number | null)[];
  thresholds: (number | null)[];
  lower: (number | null)[];
  upper: (number | null)[];
  periods: { start: string; end: string; label: string }[];
}

/** One series of a try-out. */
export function drawTried(tried: TriedSeries, { times }: Pick<TryOut, "times">): Drawn {
  const end = times.at(-1) ?? "";
  return {
    times,
    values: tried.values,
    thresholds: tried.thresholds,
    lower: tried.lower,
    upper: tried.upper,
    periods: tried.periods.map(({ fired_at, resolved_at }) => ({
      start: fired_at,
      end: resolved_at ?? end,
      label: "would fire",
    })),
  };
}

/** One series of what was evaluated. */
export function drawReadings(series: ReadingSeries): Drawn {
  return {
    times: series.times,
    values: series.value,
    thresholds: series.threshold,
    lower: series.lower,
    upper: series.upper,
    periods: firingPeriods(series.times, series.state),
  };
}

/** Stretches in which a series fired, from its states. */
export function firingPeriods(times: readonly string[], states: readonly string[]): Drawn["periods"] {
  const periods: Drawn["periods"] = [];
  let start: string | null = null;
  states.forEach((state, index) => {
    const time = times[index] ?? "";
    if (state === "firing") start ??= time;
    else if (start !== null) {
      periods.push({ start, end: time, label: "fired" });
      start = null;
    }
  });
  if (start !== null) periods.push({ start, end: times.at(-1) ?? start, label: "fires" });
  return periods;
}

/** Whether a list says anything. */
export function isSaid(values: readonly (number | null)[]): boolean {
  return values.some((value) => value !== null);
}
