/** What is drawn of the servers and machines beside a call. */

import type { BesideCall, During, SpanServing } from "../api/types";
import { formatValue, type Unit } from "./format";
import { type ChartPlan, chartsOf, type DrawnChart, GPU_MEASURES, HOST_CHARTS, SERVER_CHARTS } from "./serving";

export interface BesideChart extends DrawnChart {
  /** The numbers when the call began: running 4, waiting 40. */
  atStart: string;
}

/** The charts of one instance; of a machine's GPUs each measure is one, with a line a GPU. */
export function besideCharts(instance: BesideCall): BesideChart[] {
  const plans = instance.kind === "server" ? SERVER_CHARTS : HOST_CHARTS;
  const own = chartsOf(plans, instance.measures).map((chart) => ({
    ...chart,
    atStart: startOf(plans, chart, instance.measures),
  }));
  return [...own, ...gpuCharts(instance)];
}

function startOf(plans: readonly ChartPlan[], chart: DrawnChart, measures: Record<string, During>): string {
  const plan = plans.find(({ title }) => title === chart.title);
  const known = (plan?.lines ?? []).flatMap(({ measure, name }) => {
    const value = measures[measure]?.at_start ?? null;
    return value === null ? [] : [{ name, text: formatValue(value, chart.unit) }];
  });
  return chart.series.length === 1
    ? known.map(({ text }) => text).join("")
    : known.map(({ name, text }) => `${name} ${text}`).join(", ");
}

function gpuCharts({ gpus }: BesideCall): BesideChart[] {
  return GPU_MEASURES.flatMap(({ measure, title, unit }) => {
    const series = gpus.flatMap((gpu) => {
      const during = gpu.measures[measure];
      return during === undefined ? [] : [{ name: `GPU ${gpu.index || gpu.id.slice(0, 12)}`, values: during.values }];
    });
    if (series.length === 0) return [];
    const starts = gpus.flatMap((gpu) => gpu.measures[measure]?.at_start ?? []);
    return [{ title: `GPU: ${title.toLowerCase()}`, unit, series, atStart: rangeOf(starts, unit) }];
  });
}

/** The least and the largest, or the one number that there is. */
function rangeOf(values: readonly number[], unit: Unit): string {
  if (values.length === 0) return "";
  const [least, most] = [formatValue(Math.min(...values), unit), formatValue(Math.max(...values), unit)];
  return least === most ? least : `${least} to ${most}`;
}

export interface NumberRow {
  name: string;
  at_start: string;
  least: string;
  mean: string;
  most: string;
  during: During;
}

/** All measures of one instance and its GPUs, in numbers. */
export function numbersOf(instance: BesideCall, measures: SpanServing["measures"]): NumberRow[] {
  const rows = (values: Record<string, During>, prefix: string) =>
    measures.flatMap(({ name, brief, unit }) => {
      const during = values[name];
      if (during === undefined) return [];
      // what is counted is said by the name
      const word = (value: number | null) => formatValue(value, unit.startsWith("{") ? "" : unit);
      return [
        {
          name: prefix + brief,
          at_start: word(during.at_start),
          least: word(during.least),
          mean: word(during.mean),
          most: word(during.most),
          during,
        },
      ];
    });
  return [
    ...rows(instance.measures, ""),
    ...instance.gpus.flatMap((gpu) => rows(gpu.measures, `${gpu.index || gpu.id.slice(0, 12)}: `)),
  ];
}

/** How an instance was found: by address and port gpu-1:8000. */
export function wordsOfMatch({ way, fact, reporter }: BesideCall["matches"][number]): string {
  return fact === null ? `${way} (${reporter.service_name})` : `by ${way}: ${fact.value}`;
}
