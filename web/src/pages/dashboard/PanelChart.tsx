/** A panel's data, drawn as its kind says. */

import { lazy, Suspense, useMemo } from "react";
import type { Panel, PanelData } from "../../api/dashboardTypes";
import { BarChart } from "../../components/charts/BarChart";
import { ChartFrame } from "../../components/charts/ChartFrame";
import { HeatMap } from "../../components/charts/HeatMap";
import { HistogramChart } from "../../components/charts/HistogramChart";
import { TimeChart } from "../../components/charts/TimeChart";
import { barsOf, binsOf, cellsOf, colourOf, levelsOf, numberOf, unitOf } from "../../lib/dashboard/drawing";
import { withEstimate } from "../../lib/estimate";
import { formatValue } from "../../lib/format";
import styles from "./Panel.module.css";
import { PanelTable } from "./PanelTable";

const Markdown = lazy(() => import("../../components/Markdown"));

/** Height of a panel's title, of what it aggregates, and of a legend, in pixels. */
export const CAPTION_PX = 38;
const LEGEND_PX = 26;
/** Charts of one dashboard share a cursor. */
const CURSOR_GROUP = "dashboard";
const NO_DATA: PanelData = {
  aggregates: "",
  start: "",
  end: "",
  interval_s: null,
  times: [],
  lines: [],
  columns: [],
  rows: [],
  is_truncated: false,
  sampled_share: null,
};

interface PanelChartProps {
  panel: Panel;
  title: string;
  /** Missing while it is loading. */
  data: PanelData | undefined;
  /** Height of the whole panel within its border, in pixels. */
  height: number;
  onZoom: (start: string, end: string) => void;
}

export function PanelChart({ panel, title, data: loaded, height, onZoom }: PanelChartProps) {
  const data = loaded ?? NO_DATA;
  const plot_px = height - CAPTION_PX;
  const shared = {
    title,
    aggregates: withEstimate(data.aggregates, data.sampled_share),
    isLoading: loaded === undefined,
  };
  const unit = unitOf(panel, data);
  switch (panel.kind) {
    case "text":
      return (
        <ChartFrame title={title} aggregates="" height={plot_px} isLoading={false} isEmpty={false}>
          <div className={styles.text} style={{ height: height - (title ? 24 : 0) }}>
            <Suspense>
              <Markdown text={panel.text} />
            </Suspense>
          </div>
        </ChartFrame>
      );
    case "number":
      return (
        <ChartFrame {...shared} height={plot_px} isEmpty={false}>
          <BigNumber panel={panel} data={data} unit={unit} height={plot_px} />
        </ChartFrame>
      );
    case "table":
      return (
        <ChartFrame {...shared} height={plot_px} isEmpty={data.rows.length === 0}>
          <PanelTable title={title} data={data} panel={panel} height={plot_px} />
        </ChartFrame>
      );
    case "heatmap":
      return <HeatCells {...shared} data={data} unit={unit} height={plot_px} />;
    case "histogram":
      return <Distribution {...shared} data={data} unit={panel.unit ?? ""} height={plot_px} />;
    case "bar":
      if (panel.by === "group") return <Bars {...shared} panel={panel} data={data} unit={unit} height={plot_px} />;
      break;
  }
  return <Lines {...shared} panel={panel} data={data} unit={unit} height={plot_px} onZoom={onZoom} />;
}

interface Drawn {
  title: string;
  aggregates: string;
  isLoading: boolean;
  data: PanelData;
  unit: string;
  /** Height below the caption, in pixels. */
  height: number;
}

function Lines({
  panel,
  data,
  height,
  onZoom,
  ...shared
}: Drawn & { panel: Panel; onZoom: PanelChartProps["onZoom"] }) {
  const { kind, is_stacked, thresholds } = panel;
  const series = useMemo(
    () =>
      unique(data.lines).map(({ name, values }) => ({
        name,
        values,
        kind: kind === "area" || kind === "bar" ? kind : ("line" as const),
        ...(is_stacked && { stack: "all" }),
      })),
    [data, kind, is_stacked],
  );
  const levels = useMemo(() => levelsOf(thresholds), [thresholds]);
  return (
    <TimeChart
      {...shared}
      times={data.times}
      series={series}
      levels={levels}
      height={height - (series.length > 1 ? LEGEND_PX : 0)}
      onZoom={onZoom}
      cursorGroup={CURSOR_GROUP}
    />
  );
}

/** Lines whose names are told apart, as charts know them by their names. */
function unique(lines: PanelData["lines"]): PanelData["lines"] {
  const seen = new Map<string, number>();
  return lines.map((line) => {
    const count = (seen.get(line.name) ?? 0) + 1;
    seen.set(line.name, count);
    return count === 1 ? line : { ...line, name: `${line.name} (${count})` };
  });
}

function HeatCells({ data, ...shared }: Drawn) {
  const cells = useMemo(() => cellsOf(data), [data]);
  const ys = useMemo(() => data.lines.map(({ name }) => name), [data]);
  return <HeatMap {...shared} xs={data.times} ys={ys} cells={cells} />;
}

function Distribution({ data, ...shared }: Drawn) {
  const bins = useMemo(() => binsOf(data), [data]);
  return <HistogramChart {...shared} {...bins} />;
}

function Bars({ panel, data, ...shared }: Drawn & { panel: Panel }) {
  const { thresholds } = panel;
  const bars = useMemo(() => {
    const { categories, values } = barsOf(data);
    const colors = values.map((value) => colourOf(thresholds, value) ?? "var(--wg-chart-1)");
    return { categories, values, ...(thresholds.length > 0 && { colors }) };
  }, [data, thresholds]);
  return <BarChart {...shared} {...bars} />;
}

interface BigNumberProps {
  panel: Panel;
  data: PanelData;
  unit: string;
  height: number;
}

function BigNumber({ panel, data, unit, height }: BigNumberProps) {
  const value = numberOf(data);
  const colour = colourOf(panel.thresholds, value);
  const text = formatValue(value, unit);
  const most_px = Math.max(18, Math.min(40, height * 0.62));
  // a letter is some 0.58 of its height wide; cqi is a hundredth of the panel's width
  const fontSize = `min(${most_px}px, ${(170 / Math.max(1, text.length)).toFixed(1)}cqi)`;
  return (
    <div className={styles.numberBox} style={{ height }}>
      <div className={styles.number} style={{ height, fontSize, color: colour }}>
        {text}
      </div>
    </div>
  );
}
