/** The names that the screens give to dashboards and what they are made of; their shapes are generated from the API's description. */

import type { components } from "./types.generated";

type Schemas = components["schemas"];

export type DashboardList = Schemas["DashboardList"];
export type DashboardSummary = Schemas["DashboardSummary"];
export type Dashboard = Schemas["DashboardEntry"];
export type DashboardDocument = Schemas["Document"];
export type Panel = Schemas["Panel"];
export type PanelData = Schemas["PanelData"];
export type PanelQuery = NonNullable<Panel["query"]>;
export type Place = Schemas["Place"];
export type Threshold = Schemas["Threshold"];
export type Variable = Schemas["Variable"];
export type MeasureEntry = Schemas["MeasureEntry"];
