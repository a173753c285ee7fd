/** Charts that share a cursor: where the pointer is in one of them, a line stands in all. */

import type { ECharts } from "echarts/core";

const groups = new Map<string, Set<ECharts>>();

/** Put `chart` into a group; returns how to take it out. */
export function joinCursors(group: string, chart: ECharts): () => void {
  const members = groups.get(group) ?? new Set();
  groups.set(group, members.add(chart));
  return () => {
    members.delete(chart);
    if (members.size === 0) groups.delete(group);
  };
}

/** Move the cursor of all others in the group to a value of the x axis; null takes it away. */
export function moveCursors(group: string, from: ECharts, value: number | null): void {
  for (const chart of groups.get(group) ?? []) {
    if (chart === from) continue;
    const x = value === null ? Number.NaN : Number(chart.convertToPixel({ xAxisIndex: 0 }, value));
    const y = chart.getHeight() / 2;
    if (Number.isFinite(x) && chart.containPixel("grid", [x, y]))
      chart.dispatchAction({ type: "updateAxisPointer", x, y });
    else chart.dispatchAction({ type: "updateAxisPointer", currTrigger: "leave" });
  }
}
