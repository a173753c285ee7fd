/** The look that all charts share: thin lines, quiet axes, tooltips in the page's own style. */

import { formatTick, type Unit } from "../../lib/format";
import type { Resolve } from "./colours";

/** Space around the plot; the labels of axes are inside of it. */
export const GRID = {
  left: 4,
  right: 12,
  top: 10,
  bottom: 4,
  outerBoundsMode: "same" as const,
  outerBoundsContain: "axisLabel" as const,
};

/** A y axis of numbers. */
export function valueAxis(unit: Unit, resolve: Resolve) {
  return {
    type: "value" as const,
    splitNumber: 3,
    // a share is never more than all
    ...(unit === "ratio" && { max: ({ max }: { max: number }) => (max > 0.8 && max <= 1 ? 1 : null) }),
    axisLabel: { color: resolve("var(--wg-dim)"), fontSize: 11, formatter: (value: number) => formatTick(value, unit) },
    splitLine: { lineStyle: { color: resolve("var(--wg-line)") } },
  };
}

/** The line and the labels of an x axis. */
export function quietAxis(resolve: Resolve) {
  return {
    axisLine: { lineStyle: { color: resolve("var(--wg-line)") } },
    axisTick: { show: false },
    splitLine: { show: false },
    axisLabel: { color: resolve("var(--wg-dim)"), fontSize: 11, hideOverlap: true },
  };
}

/** A tooltip beside the pointer, above everything. */
export function tooltipBox(resolve: Resolve) {
  return {
    backgroundColor: resolve("var(--wg-surface)"),
    borderColor: resolve("var(--wg-line)"),
    borderWidth: 1,
    padding: [6, 10],
    appendTo: "body",
    transitionDuration: 0,
    textStyle: { color: resolve("var(--wg-text)") },
  };
}
