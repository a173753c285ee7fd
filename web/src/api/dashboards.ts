/** Questions about dashboards and their panels, and what changes them. */

import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import type { Chosen } from "../lib/dashboard/variables";
import { getJson, type Parameters, queryOf, sendJson } from "./client";
import type { Dashboard, DashboardDocument, DashboardList, MeasureEntry, Panel, PanelData } from "./dashboardTypes";
import type { Vocabulary } from "./types";
import type { components } from "./types.generated";

/** What a user says of a dashboard. */
export interface DashboardContent {
  name: string;
  description: string;
  document: DashboardDocument;
}

function path(id: string): string {
  return `/dashboards/${encodeURIComponent(id)}`;
}

export function dashboards(project: string | undefined) {
  return queryOptions({
    queryKey: ["dashboards", project],
    queryFn: async ({ signal }) => (await getJson<DashboardList>("/dashboards", { project }, signal)).dashboards,
  });
}

export function dashboard(id: string) {
  return queryOptions({
    queryKey: ["dashboard", id],
    queryFn: ({ signal }) => getJson<Dashboard>(path(id), {}, signal),
  });
}

/** What a panel is drawn from.
 *
 * @param isSeen whether to ask at all: panels below the fold wait
 * @param interval_ms how often to ask again; false for never
 */
export function panelData(
  panel: Panel,
  chosen: Chosen,
  range: Parameters,
  isSeen: boolean,
  interval_ms: number | false,
) {
  // where it stands and what it is called changes nothing of what it asks
  const { kind, by, query } = panel;
  return queryOptions({
    queryKey: ["panel", { kind, by, query }, chosen, range],
    queryFn: ({ signal }) => {
      const path = `/panels/data${queryOf({ ...range, precision: "quick" })}`;
      return sendJson<PanelData>("POST", path, { panel, ...chosen }, signal);
    },
    enabled: isSeen && panel.kind !== "text",
    refetchInterval: interval_ms,
    placeholderData: keepPreviousData,
    retry: false,
  });
}

export function createDashboard(project_id: string | null, content: DashboardContent): Promise<Dashboard> {
  return sendJson<Dashboard>("POST", "/dashboards", { ...content, project_id });
}

/** Save a change of the dashboard as it was at `version`; an ApiError of status 409 when it was changed since. */
export function saveDashboard(id: string, version: number, content: DashboardContent): Promise<Dashboard> {
  return sendJson<Dashboard>("PUT", path(id), { ...content, version });
}

export function deleteDashboard(id: string): Promise<void> {
  return sendJson("DELETE", path(id));
}

/** The file that can be imported elsewhere. */
export function exportDashboard(id: string): Promise<unknown> {
  return getJson<unknown>(`${path(id)}/export`, {});
}

export function importDashboard(project: string, file: unknown): Promise<Dashboard> {
  return sendJson<Dashboard>("POST", `/dashboards/import${queryOf({ project })}`, file);
}

/** What usage can be measured in; it changes only with the server's version. */
export function measures() {
  return queryOptions({
    queryKey: ["measures"],
    queryFn: async ({ signal }) =>
      (await getJson<{ measures: MeasureEntry[] }>("/panels/measures", {}, signal)).measures,
    staleTime: Number.POSITIVE_INFINITY,
  });
}

/** Columns that can be grouped by, of spans or of metrics. */
export function columns(table: "spans" | "metric_points") {
  return queryOptions({
    queryKey: ["columns", table],
    queryFn: async ({ signal }) => {
      const { tables } = await getJson<Vocabulary>("/fields", {}, signal);
      const fields = tables.find(({ name }) => name === table)?.fields ?? [];
      return fields
        .filter(({ type, source }) => /String|Bool/.test(type) && !/^(Map|Array)/.test(type) && source !== "identity")
        .map(({ name }) => name);
    },
    staleTime: Number.POSITIVE_INFINITY,
  });
}

/** Metrics that were reported in the range. */
export function metricNames(range: Parameters) {
  return queryOptions({
    queryKey: ["metric-names", range],
    queryFn: async ({ signal }) => {
      const { metrics } = await getJson<components["schemas"]["MetricList"]>("/metrics", range, signal);
      return metrics.map(({ name, type, aggregations }) => ({ name, type, aggregations }));
    },
    staleTime: 60_000,
  });
}

/** Values of a column that occur in the range, those with the most spans first. */
export function variableValues(column: string, range: Parameters) {
  return queryOptions({
    queryKey: ["variable-values", column, range],
    queryFn: async ({ signal }) => {
      const asked = `/fields/${encodeURIComponent(column)}/values`;
      const { values } = await getJson<components["schemas"]["ValueList"]>(asked, { ...range, limit: 100 }, signal);
      return values.map(({ value }) => String(value ?? "")).filter((value) => value !== "");
    },
    enabled: column !== "",
    staleTime: 60_000,
  });
}
