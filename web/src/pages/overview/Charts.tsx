/** The charts: all calls, or each service's, model's or release's; a click leads to the traces behind a point. */

import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useCallback, useMemo, useState } from "react";
import { callUsage, toolUsage } from "../../api/overview";
import type { Usage } from "../../api/types";
import { Legend } from "../../components/charts/ChartFrame";
import { legendOf, toggled } from "../../components/charts/legend";
import { TimeChart } from "../../components/charts/TimeChart";
import { type Charted, overlayOf, type Watched } from "../../lib/alerts/overlays";
import { withEstimate } from "../../lib/estimate";
import type { Unit } from "../../lib/format";
import { describeInterval } from "../../lib/interval";
import {
  allOf,
  bucketEnd,
  type ChartSeries,
  errorRatios,
  groupName,
  isGroup,
  isValue,
  measuresOf,
  type OverviewSearch,
  SPLITS,
  seriesOf,
  tookAtLeast,
} from "../../lib/overview";
import { keepRange } from "../../lib/search";
import styles from "./Overview.module.css";
import { useWatched } from "./useWatched";

const HEIGHT_PX = 132;
const NONE: ReadonlySet<string> = new Set();
const NO_TIMES: string[] = [];
const CALLS = "is_model_call:true";

interface ChartsProps {
  search: OverviewSearch;
  /** Usage of all calls; undefined while it is asked for. */
  all: Usage | undefined;
  refetchInterval: number | false;
  onZoom: (start: string, end: string) => void;
}

/** One chart, and the conditions of the spans behind a point of it. */
interface Drawn {
  title: string;
  says: string;
  unit: Unit;
  series: ChartSeries[];
  /** The measures of calls that rules may watch. */
  measures: readonly string[];
  per?: string;
  filterOf: (seriesName: string, value: number | null) => string;
}

export function Charts({ search, all, refetchInterval, onZoom }: ChartsProps) {
  const { by } = search;
  const split = useQuery({ ...callUsage(search, by, refetchInterval), enabled: by !== undefined });
  const tools = useQuery(toolUsage(search, refetchInterval));
  const usage = by === undefined ? all : split.data?.group_by[0] === SPLITS[by] ? split.data : undefined;
  const charts = useMemo(() => (by === undefined ? wholeCharts(usage) : splitCharts(usage, SPLITS[by])), [usage, by]);
  const toolChart = useMemo(() => chartOfTools(tools.data), [tools.data]);
  const [hidden, setHidden] = useState<ReadonlySet<string>>(NONE);
  const charted = useMemo(() => charts.map((chart) => chartedOf(chart, by)), [charts, by]);
  const watched = useWatched(charted, search);
  return (
    <section aria-label="Charts">
      {by !== undefined && (
        <div className={styles.legend}>
          <Legend
            label={`Series, by ${by}`}
            entries={legendOf(charts[0]?.series ?? [], hidden)}
            onToggle={(name) => setHidden(toggled(hidden, name))}
          />
        </div>
      )}
      <div className={styles.charts}>
        {charts.map((chart, index) => (
          <Chart
            key={chart.title}
            chart={chart}
            usage={usage}
            search={search}
            onZoom={onZoom}
            watched={watched}
            charted={charted[index]}
            {...(by !== undefined && { hidden })}
          />
        ))}
        <Chart chart={toolChart} usage={tools.data} search={search} onZoom={onZoom} watched={watched} />
      </div>
    </section>
  );
}

interface ChartProps {
  chart: Drawn;
  /** Series that are not drawn, where all charts share a legend. */
  hidden?: ReadonlySet<string>;
  usage: Usage | undefined;
  search: OverviewSearch;
  onZoom: (start: string, end: string) => void;
  watched: readonly Watched[];
  /** What rules over the same watch; missing where there can be none. */
  charted?: Charted | undefined;
}

/** What rules watch that are over the same as a chart. */
function chartedOf({ measures, per }: Drawn, by: OverviewSearch["by"]): Charted {
  return { measures, filter: CALLS, groupBy: by === undefined ? [] : [by, SPLITS[by]], ...(per && { per }) };
}

function Chart({ chart, hidden, usage, search, onZoom, watched, charted }: ChartProps) {
  const navigate = useNavigate();
  const { series, filterOf } = chart;
  const pick = useCallback(
    (time: string, seriesName: string) => {
      if (usage === undefined) return;
      const index = usage.times.indexOf(time);
      const value = series.find(({ name }) => name === seriesName)?.values[index] ?? null;
      const range = { start: time, end: bucketEnd(time, usage.interval_s) };
      void navigate({ to: "/traces", search: { ...keepRange(search), ...range, filter: filterOf(seriesName, value) } });
    },
    [usage, series, filterOf, search, navigate],
  );
  const overlay = useMemo(
    () => (usage && charted ? overlayOf(watched, charted, usage.times, usage.interval_s) : undefined),
    [watched, charted, usage],
  );
  return (
    <div className={styles.card}>
      <TimeChart
        title={chart.title}
        aggregates={
          usage ? withEstimate(`${chart.says}, ${describeInterval(usage.interval_s)}`, usage.sampled_share) : chart.says
        }
        unit={chart.unit}
        times={usage?.times ?? NO_TIMES}
        series={series}
        height={HEIGHT_PX}
        isLoading={usage === undefined}
        onZoom={onZoom}
        onPick={pick}
        cursorGroup="overview"
        {...(hidden && { hidden })}
        {...overlay}
      />
    </div>
  );
}

/** The charts of all calls together. */
function wholeCharts(usage: Usage | undefined): Drawn[] {
  const all = usage?.series[0];
  const failed = all ? [...(all.values.error_count ?? [])] : [];
  const good = all ? (all.values.span_count ?? []).map((count, index) => (count ?? 0) - (failed[index] ?? 0)) : [];
  const slow = (_: string, value: number | null) => allOf(CALLS, tookAtLeast(value));
  return [
    {
      title: "Model calls",
      measures: ["span_count", "error_count"],
      says: "count",
      unit: "",
      series: [
        { name: "succeeded", values: good, kind: "bar", stack: "all" },
        { name: "failed", values: failed, kind: "bar", stack: "all", color: "var(--wg-error)" },
      ],
      filterOf: (name) => allOf(CALLS, name === "failed" ? "status:error" : ""),
    },
    {
      title: "Latency",
      measures: ["duration_p50_ns", "duration_p95_ns", "duration_p99_ns"],
      says: "calls' duration",
      unit: "ns",
      series: measuresOf(all, { p50: "duration_p50_ns", p95: "duration_p95_ns", p99: "duration_p99_ns" }),
      filterOf: slow,
    },
    {
      title: "First token",
      measures: ["time_to_first_token_p50_ns", "time_to_first_token_p95_ns"],
      says: "time to it",
      unit: "ns",
      series: measuresOf(all, { p50: "time_to_first_token_p50_ns", p95: "time_to_first_token_p95_ns" }),
      filterOf: (_, value) => allOf(CALLS, tookAtLeast(value).replace("duration", "time_to_first_token")),
    },
    {
      title: "Output tokens a second",
      measures: ["output_tokens_per_s"],
      says: "of calls",
      unit: "tokens/s",
      series: measuresOf(all, { "tokens/s": "output_tokens_per_s" }),
      filterOf: () => CALLS,
    },
    {
      title: "Tokens",
      measures: ["input_tokens", "output_tokens"],
      says: "sum",
      unit: "tokens",
      series: measuresOf(all, { input: "input_tokens", output: "output_tokens" }).map((it) => ({
        ...it,
        kind: "area",
        stack: "all",
      })),
      filterOf: () => CALLS,
    },
    {
      title: "Cost",
      measures: ["cost_usd"],
      says: "sum of priced calls",
      unit: "usd",
      series: measuresOf(all, { cost: "cost_usd" }).map((it) => ({ ...it, kind: "bar" })),
      filterOf: () => allOf(CALLS, "cost_usd>0"),
    },
    {
      title: "Errors",
      measures: ["error_count"],
      per: "span_count",
      says: "part of calls that failed",
      unit: "ratio",
      series: [{ name: "failed", values: all ? errorRatios(all) : [], kind: "area", color: "var(--wg-error)" }],
      filterOf: () => allOf(CALLS, "status:error"),
    },
  ];
}

/** The same charts with a series for each group. */
function splitCharts(usage: Usage | undefined, dimension: string): Drawn[] {
  const groups = usage?.series ?? [];
  const groupOf = (name: string) => groups.find((it) => groupName(it, dimension) === name && !it.is_other)?.group;
  const within = (name: string) => isGroup(groupOf(name) ?? {});
  const chart = (
    title: string,
    says: string,
    unit: Unit,
    measure: string,
    kind?: ChartSeries["kind"],
    more: (value: number | null) => string = () => "",
  ): Drawn => ({
    title,
    says,
    unit,
    measures: [measure],
    series: seriesOf(groups, dimension, measure, kind),
    filterOf: (name, value) => allOf(CALLS, within(name), more(value)),
  });
  return [
    chart("Model calls", "count", "", "span_count", "bar"),
    chart("Latency", "p95 of calls' duration", "ns", "duration_p95_ns", undefined, tookAtLeast),
    chart("First token", "p95 of the time to it", "ns", "time_to_first_token_p95_ns", undefined, (value) =>
      tookAtLeast(value).replace("duration", "time_to_first_token"),
    ),
    chart("Output tokens a second", "of calls", "tokens/s", "output_tokens_per_s"),
    chart("Output tokens", "sum", "tokens", "output_tokens", "area"),
    chart("Cost", "sum of priced calls", "usd", "cost_usd", "bar", () => "cost_usd>0"),
    chart("Errors", "count of failed calls", "", "error_count", "bar", () => "status:error"),
  ];
}

/** How long tools took: where a slow answer often comes from. */
function chartOfTools(usage: Usage | undefined): Drawn {
  return {
    title: "Tools",
    measures: [],
    says: "p95 of tool calls",
    unit: "ns",
    series: seriesOf(usage?.series ?? [], "tool_name", "duration_p95_ns"),
    filterOf: (name, value) =>
      allOf(name === "all others" ? "has:tool_name" : isValue("tool_name", name), tookAtLeast(value)),
  };
}
