/** Panels made, copied and removed. Pure. */

import type { Panel, PanelQuery } from "../../api/dashboardTypes";
import { compact, lastRow } from "./layout";

export const KINDS: readonly { kind: Panel["kind"]; label: string }[] = [
  { kind: "line", label: "Lines" },
  { kind: "area", label: "Areas" },
  { kind: "bar", label: "Bars" },
  { kind: "number", label: "Number" },
  { kind: "table", label: "Table" },
  { kind: "heatmap", label: "Heat map" },
  { kind: "histogram", label: "Histogram" },
  { kind: "text", label: "Text" },
];

/** What a question of each source begins as. */
export const FIRST_QUERIES: { [Source in PanelQuery["source"]]: Extract<PanelQuery, { source: Source }> } = {
  usage: {
    source: "usage",
    measures: ["span_count"],
    per: null,
    group_by: ["service"],
    filter: "",
    interval: "auto",
    limit: 8,
    order_by: "span_count",
  },
  metrics: {
    source: "metrics",
    name: "gen_ai.client.operation.duration",
    type: null,
    aggregation: null,
    quantiles: [0.5, 0.95],
    group_by: [],
    filter: "",
    interval: "auto",
    limit: 8,
  },
  sql: {
    source: "sql",
    query: `SELECT
    toDateTime(intDiv(toUnixTimestamp(start_time), {interval_s:UInt32}) * {interval_s:UInt32}, 'UTC') AS slot,
    service_name,
    count() AS spans
FROM spans
WHERE start_time >= {start:DateTime64(9)} AND start_time < {end:DateTime64(9)}
GROUP BY slot, service_name
ORDER BY slot`,
    parameters: {},
    interval: "auto",
    time: null,
    names: [],
    values: [],
  },
};

/** A new panel below all others. */
export function newPanel(panels: readonly Panel[]): Panel {
  return {
    id: freeId(panels, "panel"),
    kind: "line",
    title: "Spans by service",
    description: "",
    place: { x: 0, y: lastRow(panels), w: 6, h: 7 },
    unit: null,
    thresholds: [],
    is_stacked: false,
    by: "time",
    text: "",
    query: FIRST_QUERIES.usage,
  };
}

/** The same panel as another kind; a text asks nothing, and every other kind asks something. */
export function asKind(panel: Panel, kind: Panel["kind"]): Panel {
  return { ...panel, kind, query: kind === "text" ? null : (panel.query ?? FIRST_QUERIES.usage) };
}

/** The panels with a copy of one, beside it where there is room, else below. */
export function duplicate(panels: readonly Panel[], id: string): Panel[] {
  const panel = panels.find((it) => it.id === id);
  if (panel === undefined) return [...panels];
  const { x, y, w, h } = panel.place;
  const place = x + 2 * w <= 12 ? { x: x + w, y, w, h } : { x, y: y + h, w, h };
  return compact([
    ...panels,
    { ...panel, id: freeId(panels, panel.id), title: `${panel.title} (copy)`.slice(0, 200), place },
  ]);
}

export function remove(panels: readonly Panel[], id: string): Panel[] {
  return compact(panels.filter((panel) => panel.id !== id));
}

/** The panels with one in the place of that with its id, or after all others where there is none. */
export function put(panels: readonly Panel[], panel: Panel): Panel[] {
  return panels.some(({ id }) => id === panel.id)
    ? panels.map((it) => (it.id === panel.id ? panel : it))
    : [...panels, panel];
}

function freeId(panels: readonly Panel[], wish: string): string {
  const taken = new Set(panels.map(({ id }) => id));
  const stem = wish.replace(/-\d+$/, "").slice(0, 30);
  let number = 1;
  while (taken.has(`${stem}-${number}`)) number += 1;
  return `${stem}-${number}`;
}
