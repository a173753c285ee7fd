/** The names that the screens give to the answers of the API; their shapes are generated from its description by `npm run types`. */

import type { components } from "./types.generated";

type Schemas = components["schemas"];

export type TraceSummary = Schemas["TraceEntry"];
export type TracePage = Schemas["TraceList"];
export type SpanNode = Schemas["TreeEntry"];
export type Trace = Schemas["TraceTree"];
export type SpanDetail = Schemas["SpanDetail"];
export type LogRecord = Schemas["LogEntry"];
export type LogPage = Schemas["LogList"];
export type MarkerList = Schemas["MarkerList"];
export type Explanation = Schemas["ExplanationOut"];
export type Usage = Schemas["UsageOut"];
export type ProjectList = Schemas["ProjectList"];
export type Vocabulary = Schemas["Vocabulary"];
export type LogHistogram = Schemas["LogHistogramOut"];
export type Metric = Schemas["MetricOut"];
export type MetricList = Schemas["MetricList"];
export type MetricSeries = Schemas["MetricSeriesOut"];
export type MetricHeatMap = Schemas["HeatMapOut"];
export type MetricAttributes = Schemas["MetricAttributeList"];
export type Exemplar = Schemas["ExemplarOut"];
export type DashboardContent = Schemas["ChangedDashboard"];
export type DashboardEntry = Schemas["DashboardEntry"];
export type DashboardPanel = NonNullable<Schemas["Document"]["panels"]>[number];
export type DashboardList = Schemas["DashboardList"];
export type Score = Schemas["ScoreEntry"];
export type NewScore = Schemas["NewScore"];
export type ScorePage = Schemas["ScoreList"];
export type StoredScores = Schemas["StoredScores"];
export type SpanPage = Schemas["SpanList"];
export type Project = Schemas["ProjectEntry"];
export type ApiKey = Schemas["KeyEntry"];
export type CreatedKey = Schemas["CreatedKey"];
export type NewKey = Schemas["NewKey"];
export type Price = Schemas["PriceEntry"];
export type NewPrice = Schemas["NewPrice"];
export type UnpricedModel = Schemas["Unpriced"];
export type TableRetention = Schemas["TableRetention"];
export type ServerState = Schemas["ServerState"];
export type Movers = Schemas["MoversOut"];
export type Mover = Schemas["MoverOut"];
export type FacetList = Schemas["FacetList"];
