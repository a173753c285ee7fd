/** A question of the metrics explorer as a panel of a dashboard. */

import type { DashboardContent, DashboardPanel } from "../api/types";
import { HEAT_MAP, type MetricQuery, quantilesOf } from "./metricQueries";

const WIDTH = 6;
const HEIGHT = 7;

/** The dashboard with the question as one more panel, below all others. */
export function withPanel<Content extends Pick<DashboardContent, "document">>(
  content: Content,
  query: MetricQuery,
): Content {
  const panels = content.document.panels ?? [];
  const y = Math.max(0, ...panels.map(({ place }) => place.y + place.h));
  const panel = panelOf(query, freeId(panels.map(({ id }) => id)), y);
  return { ...content, document: { ...content.document, panels: [...panels, panel] } };
}

function panelOf(query: MetricQuery, id: string, y: number): DashboardPanel {
  return {
    id,
    kind: query.aggregation === HEAT_MAP ? "heatmap" : "line",
    title: query.name.slice(0, 200),
    description: "",
    place: { x: 0, y, w: WIDTH, h: HEIGHT },
    thresholds: [],
    is_stacked: false,
    by: "time",
    text: "",
    query: {
      source: "metrics",
      name: query.name,
      type: (query.type ?? null) as never,
      aggregation: (query.aggregation === HEAT_MAP ? "heatmap" : (query.aggregation ?? null)) as never,
      quantiles: quantilesOf(query),
      group_by: query.by ?? [],
      filter: query.filter ?? "",
      interval: "auto",
      limit: 8,
    },
  };
}

/** A panel's id that none of `taken` is. */
function freeId(taken: readonly string[]): string {
  let count = taken.length + 1;
  while (taken.includes(`metric-${count}`)) count += 1;
  return `metric-${count}`;
}
