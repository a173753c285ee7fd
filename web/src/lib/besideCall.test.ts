import { expect, it } from "vitest";
import type { BesideCall, During } from "../api/types";
import { besideCharts, numbersOf, wordsOfMatch } from "./besideCall";

const during = (at_start: number | null, values: (number | null)[] = [1, 2]): During => ({
  at_start,
  age_s: 2,
  least: 1,
  mean: 1.5,
  most: 2,
  report_count: 0,
  values,
});

const reporter = {
  service_name: "node",
  service_instance_id: "gpu-1:9100",
  host_name: "gpu-1",
  address: "gpu-1",
  port: "9100",
  server: "node_exporter",
  models: [],
  state: "up" as const,
  last_report: null,
};

const beside = (part: Partial<BesideCall>): BesideCall => ({
  kind: "server",
  name: "a",
  matches: [],
  measures: {},
  gpus: [],
  ...part,
});

it("says the numbers as the call began, with their names where a chart has several", () => {
  const measures = { requests_running: during(4), requests_waiting: during(40), kv_cache: during(0.4) };
  expect(besideCharts(beside({ measures })).map(({ title, atStart }) => [title, atStart])).toEqual([
    ["Requests", "running 4, waiting 40"],
    ["KV cache used", "40%"],
  ]);
  expect(besideCharts(beside({ measures: { kv_cache: during(null) } }))[0]?.atStart).toBe("");
});

it("draws a line a GPU, and says the range of all", () => {
  const gpus = ["0", "1"].map((index) => ({
    id: `GPU-${index}`,
    name: "H100",
    index,
    measures: { gpu_utilization: during(index === "0" ? 0.1 : 0.9) },
  }));
  const [chart] = besideCharts(beside({ kind: "host", gpus }));
  expect(chart?.series.map(({ name }) => name)).toEqual(["GPU 0", "GPU 1"]);
  expect(chart?.atStart).toBe("10% to 90%");
});

it("lists numbers of the instance and of its GPUs", () => {
  const measures = [
    { name: "requests_waiting", brief: "Requests waiting", unit: "{request}", owner: "server" as const },
    { name: "gpu_power", brief: "GPU power", unit: "W", owner: "gpu" as const },
  ];
  const gpu = { id: "GPU-0", name: "", index: "0", measures: { gpu_power: during(400) } };
  const rows = numbersOf(beside({ measures: { requests_waiting: during(3) }, gpus: [gpu] }), measures);
  expect(rows.map(({ name, at_start }) => [name, at_start])).toEqual([
    ["Requests waiting", "3"],
    ["0: GPU power", "400 W"],
  ]);
});

it("says how an instance was found", () => {
  const fact = { name: "server.address:server.port", value: "gpu-1:8000", span_id: "a" };
  expect(wordsOfMatch({ way: "address and port", fact, reporter })).toBe("by address and port: gpu-1:8000");
  expect(wordsOfMatch({ way: "machine of the server", fact: null, reporter })).toBe("machine of the server (node)");
});
