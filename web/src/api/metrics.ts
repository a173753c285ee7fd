/** What the metrics explorer asks the API. */

import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { withPanel } from "../lib/metricPanels";
import { type MetricQuery, quantilesOf } from "../lib/metricQueries";
import { getJson, type Parameters, sendJson } from "./client";
import type { DashboardEntry, DashboardList, MetricAttributes, MetricHeatMap, MetricList, MetricSeries } from "./types";

const MOST_METRICS = 5000;

/** The metrics that were reported in the range. */
export function metricList(range: Parameters, refetchInterval: number | false) {
  return queryOptions({
    queryKey: ["metrics", range],
    queryFn: ({ signal }) => getJson<MetricList>("/metrics", { ...range, limit: MOST_METRICS }, signal),
    refetchInterval: refetchInterval === false ? false : Math.max(refetchInterval, 30_000),
    placeholderData: keepPreviousData,
  });
}

/** What a metric can be grouped and filtered by. */
export function metricAttributes(name: string, range: Parameters) {
  return queryOptions({
    queryKey: ["metric-attributes", name, range],
    queryFn: ({ signal }) => getJson<MetricAttributes>("/metrics/attributes", { ...range, name }, signal),
    staleTime: 60_000,
    placeholderData: keepPreviousData,
    retry: false,
  });
}

/** One metric over time. */
export function metricSeries(query: MetricQuery, range: Parameters, refetchInterval: number | false) {
  const { name, type, aggregation, by, filter } = query;
  const parameters = {
    ...range,
    name,
    type,
    aggregation,
    group_by: by?.join(","),
    filter,
    quantiles: quantilesOf(query).join(","),
  };
  return queryOptions({
    queryKey: ["metric-series", parameters],
    queryFn: ({ signal }) => getJson<MetricSeries>("/metrics/series", parameters, signal),
    refetchInterval,
    placeholderData: keepPreviousData,
    retry: false,
  });
}

/** A histogram's buckets over time. */
export function metricHeatMap({ name, type, filter }: MetricQuery, range: Parameters, refetchInterval: number | false) {
  const parameters = { ...range, name, type, filter };
  return queryOptions({
    queryKey: ["metric-heat-map", parameters],
    queryFn: ({ signal }) => getJson<MetricHeatMap>("/metrics/heatmap", parameters, signal),
    refetchInterval,
    placeholderData: keepPreviousData,
    retry: false,
  });
}

/** The dashboards that a panel can be added to: those of users. */
export function ownDashboards(project: string | undefined, isOn: boolean) {
  return queryOptions({
    queryKey: ["own-dashboards", project],
    queryFn: async ({ signal }) =>
      (await getJson<DashboardList>("/dashboards", { project }, signal)).dashboards.filter((it) => !it.is_delivered),
    enabled: isOn,
  });
}

/** Add a question as a panel to a dashboard, or to a new one when `id` is null; the dashboard is returned. */
export async function addToDashboard(query: MetricQuery, id: string | null, project: string | undefined) {
  if (id === null) {
    const content = {
      name: query.name.slice(0, 200),
      document: { format_version: 1 as const, variables: [], panels: [] },
    };
    return sendJson<DashboardEntry>("POST", "/dashboards", {
      ...withPanel(content, query),
      project_id: project ?? "default",
    });
  }
  const path = `/dashboards/${encodeURIComponent(id)}`;
  const { name, description, version, document } = await getJson<DashboardEntry>(path, {});
  return sendJson<DashboardEntry>("PUT", path, withPanel({ name, description, version, document }, query));
}
