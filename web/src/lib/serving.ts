/** What the pages of servers and machines draw: which measures share a chart, and which cells a heat map has. */

import type { Unit } from "./format";
import { dropMissing, type RangeSearch, readRangeSearch, text } from "./search";

/** These pages look at the last hour when nobody chose: what matters of a server is how it does now. */
export const SERVING_START = "-1h";

export interface ServingSearch extends RangeSearch {
  /** Name of the chosen server or machine. */
  instance?: string;
}

export interface HostsSearch extends ServingSearch {
  /** The measure that the heat map of GPUs shows. */
  gpu?: string;
}

export function readServingSearch(search: Record<string, unknown>): ServingSearch {
  return dropMissing({ ...readRangeSearch(search), instance: text(search.instance) });
}

export function readHostsSearch(search: Record<string, unknown>): HostsSearch {
  const gpu = text(search.gpu);
  const isKnown = GPU_MEASURES.some(({ measure }) => measure === gpu);
  return dropMissing({ ...readServingSearch(search), gpu: isKnown ? gpu : undefined });
}

/** The API's parameters for the range of these pages. */
export function servingParameters({ project, start, end }: RangeSearch) {
  return { project, start: start ?? SERVING_START, end };
}

/** A chart: measures of one unit that are read together. */
export interface ChartPlan {
  title: string;
  unit: Unit;
  /** What is drawn: a measure, and what its line is called. */
  lines: readonly { measure: string; name: string }[];
  /** The parts of a whole are put on top of one another. */
  isStack?: boolean;
}

const line = (measure: string, name: string) => ({ measure, name });

export const SERVER_CHARTS: readonly ChartPlan[] = [
  {
    title: "Requests",
    unit: "",
    lines: [line("requests_running", "running"), line("requests_waiting", "waiting")],
  },
  { title: "KV cache used", unit: "ratio", lines: [line("kv_cache", "KV cache")] },
  {
    title: "Latency by phase, mean",
    unit: "s",
    lines: [line("queue_duration", "queue"), line("prefill_duration", "prefill"), line("decode_duration", "decode")],
    isStack: true,
  },
  {
    title: "Requests by phase, mean",
    unit: "",
    lines: [line("queue_load", "queue"), line("prefill_load", "prefill"), line("decode_load", "decode")],
    isStack: true,
  },
  { title: "Time to first token, mean", unit: "s", lines: [line("time_to_first_token", "first token")] },
  { title: "Between tokens, mean", unit: "s", lines: [line("inter_token_latency", "between tokens")] },
  { title: "Request duration, mean", unit: "s", lines: [line("request_duration", "request")] },
  { title: "Tokens", unit: "tokens/s", lines: [line("input_tokens", "input"), line("output_tokens", "output")] },
  { title: "Preemptions", unit: "1/s", lines: [line("preemptions", "preemptions")] },
  {
    title: "Prefix cache and speculation",
    unit: "ratio",
    lines: [line("prefix_cache_hits", "prefix cache hits"), line("speculation_accepted", "speculated tokens accepted")],
  },
];

export const HOST_CHARTS: readonly ChartPlan[] = [
  { title: "CPU and memory", unit: "ratio", lines: [line("cpu", "CPU"), line("memory", "memory")] },
  { title: "Disk", unit: "By/s", lines: [line("disk_read", "read"), line("disk_write", "written")] },
  { title: "Network", unit: "By/s", lines: [line("network_receive", "received"), line("network_transmit", "sent")] },
  { title: "Fullest file system", unit: "ratio", lines: [line("filesystem", "used")] },
];

/** What is compared between servers, and between machines, when none is chosen. */
export const COMPARED_OF_SERVERS: readonly ChartPlan[] = [
  ["Requests waiting", "", "requests_waiting"],
  ["Requests running", "", "requests_running"],
  ["KV cache used", "ratio", "kv_cache"],
  ["Time to first token, mean", "s", "time_to_first_token"],
  ["Between tokens, mean", "s", "inter_token_latency"],
  ["Output tokens", "tokens/s", "output_tokens"],
  ["In the queue, mean", "s", "queue_duration"],
  ["Preemptions", "1/s", "preemptions"],
  ["Prefix cache hits", "ratio", "prefix_cache_hits"],
].map(([title = "", unit = "", measure = ""]) => ({ title, unit, lines: [line(measure, title)] }));

export const COMPARED_OF_HOSTS: readonly ChartPlan[] = [
  ["CPU", "ratio", "cpu"],
  ["Memory used", "ratio", "memory"],
  ["Network, received", "By/s", "network_receive"],
  ["Disk, written", "By/s", "disk_write"],
].map(([title = "", unit = "", measure = ""]) => ({ title, unit, lines: [line(measure, title)] }));

/** What is shown of GPUs; `most` is the end of the scale where it has one. */
export const GPU_MEASURES: readonly { measure: string; title: string; unit: Unit; most?: number }[] = [
  { measure: "gpu_utilization", title: "Utilisation", unit: "ratio", most: 1 },
  { measure: "gpu_memory", title: "Memory", unit: "ratio", most: 1 },
  { measure: "gpu_temperature", title: "Temperature", unit: "Cel" },
  { measure: "gpu_power", title: "Power", unit: "W" },
  { measure: "gpu_throttled", title: "Slowed", unit: "ratio", most: 1 },
  { measure: "gpu_ecc_uncorrected", title: "ECC errors", unit: "" },
];

type Values = (number | null)[];
export type Measures = Record<string, { values: Values }>;

export interface DrawnChart {
  title: string;
  unit: Unit;
  series: { name: string; values: Values; kind?: "line" | "area"; stack?: string }[];
}

/** The charts of one instance: those of which it reports anything. */
export function chartsOf(plans: readonly ChartPlan[], measures: Measures): DrawnChart[] {
  return plans.flatMap(({ title, unit, lines, isStack }) => {
    const series = lines.flatMap(({ measure, name }) => {
      const values = measures[measure]?.values;
      return values === undefined ? [] : [{ name, values, ...(isStack && { kind: "area" as const, stack: title }) }];
    });
    return series.length === 0 ? [] : [{ title, unit, series }];
  });
}

/** Charts in which each instance is a line. */
export function comparedCharts(
  plans: readonly ChartPlan[],
  instances: readonly { name: string; measures: Measures }[],
): DrawnChart[] {
  return plans.flatMap(({ title, unit, lines }) => {
    const measure = lines[0]?.measure ?? "";
    const series = instances.flatMap(({ name, measures }) => {
      const values = measures[measure]?.values;
      return values === undefined ? [] : [{ name, values }];
    });
    return series.length === 0 ? [] : [{ title, unit, series }];
  });
}

/** What a server is called on these pages, and in their address. */
export function serverName(server: { service_name: string; service_instance_id: string; host_name: string }): string {
  return server.service_instance_id || [server.service_name, server.host_name].filter(Boolean).join(" on ");
}

/** What a GPU is called beside its machine: gpu-1 · 0. */
export function gpuName(host: string, { index, id }: { index: string; id: string }): string {
  return `${host} · ${index || id.slice(0, 12)}`;
}

/** Cells of GPU × time for one measure; the first GPU stands on top. */
export function heatOf(
  hosts: readonly { name: string; gpus: readonly { index: string; id: string; measures: Measures }[] }[],
  measure: string,
): { ys: string[]; cells: [number, number, number][] } {
  const rows = hosts.flatMap(({ name, gpus }) =>
    gpus.map((gpu) => ({ name: gpuName(name, gpu), values: gpu.measures[measure]?.values ?? [] })),
  );
  rows.reverse();
  return {
    ys: rows.map(({ name }) => name),
    cells: rows.flatMap(({ values }, y) =>
      values.flatMap((value, x): [number, number, number][] => (value === null ? [] : [[x, y, value]])),
    ),
  };
}

/** The sum of a measure's latest numbers; null when no instance has one. */
export function totalOf(
  instances: readonly { measures: Record<string, { latest: number | null }> }[],
  measure: string,
): number | null {
  const known = latestOf(instances, measure);
  return known.length === 0 ? null : known.reduce((sum, value) => sum + value, 0);
}

/** The largest of a measure's latest numbers; null when no instance has one. */
export function mostOf(
  instances: readonly { measures: Record<string, { latest: number | null }> }[],
  measure: string,
): number | null {
  const known = latestOf(instances, measure);
  return known.length === 0 ? null : Math.max(...known);
}

function latestOf(
  instances: readonly { measures: Record<string, { latest: number | null }> }[],
  measure: string,
): number[] {
  return instances.flatMap(({ measures }) => measures[measure]?.latest ?? []);
}
