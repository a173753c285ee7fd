/** What a legend says of series, and what a click on it changes. */

import type { LegendEntry } from "./ChartFrame";
import { coloursOf, type TimeSeries } from "./timeOption";

export function legendOf(series: readonly TimeSeries[], hidden: ReadonlySet<string>): LegendEntry[] {
  const colours = coloursOf(series);
  return series.map(({ name }, index) => ({ name, colour: colours[index] ?? "", isShown: !hidden.has(name) }));
}

/** The hidden names after a click on `name`. */
export function toggled(hidden: ReadonlySet<string>, name: string): ReadonlySet<string> {
  const next = new Set(hidden);
  if (!next.delete(name)) next.add(name);
  return next;
}
