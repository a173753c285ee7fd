/** The colour of a level, the same in the list, the chart and the facets. */

import type { Level } from "../../lib/logs";

const COLOURS: Record<Level, string> = {
  fatal: "var(--wg-chart-6)",
  error: "var(--wg-error)",
  warn: "var(--wg-warning)",
  info: "var(--wg-chart-1)",
  debug: "var(--wg-chart-8)",
  trace: "var(--wg-line)",
  other: "var(--wg-chart-5)",
};

/** A CSS colour. */
export function levelColour(level: Level): string {
  return COLOURS[level];
}
