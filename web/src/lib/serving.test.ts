import { describe, expect, it } from "vitest";
import {
  chartsOf,
  comparedCharts,
  heatOf,
  mostOf,
  readHostsSearch,
  readServingSearch,
  SERVER_CHARTS,
  serverName,
  servingParameters,
  totalOf,
} from "./serving";

describe("the address", () => {
  it("keeps what it knows and passes over the rest", () => {
    expect(readServingSearch({ instance: "gpu-1:8000", gpu: "gpu_power", start: "-6h" })).toEqual({
      instance: "gpu-1:8000",
      start: "-6h",
    });
    expect(readHostsSearch({ gpu: "gpu_power" })).toEqual({ gpu: "gpu_power" });
    expect(readHostsSearch({ gpu: "constructor" })).toEqual({});
  });

  it("means the last hour when it says nothing", () => {
    expect(servingParameters({})).toEqual({ project: undefined, start: "-1h", end: undefined });
  });
});

describe("charts", () => {
  it("has those that an instance reports of, phases on top of one another", () => {
    const measures = { requests_waiting: { values: [1, null] }, queue_duration: { values: [0.5, 0.5] } };
    expect(chartsOf(SERVER_CHARTS, measures)).toEqual([
      { title: "Requests", unit: "", series: [{ name: "waiting", values: [1, null] }] },
      {
        title: "Latency by phase, mean",
        unit: "s",
        series: [{ name: "queue", values: [0.5, 0.5], kind: "area", stack: "Latency by phase, mean" }],
      },
    ]);
  });

  it("has a line an instance", () => {
    const plans = [{ title: "CPU", unit: "ratio", lines: [{ measure: "cpu", name: "CPU" }] }];
    const charts = comparedCharts(plans, [
      { name: "a", measures: { cpu: { values: [0.1] } } },
      { name: "b", measures: {} },
    ]);
    expect(charts).toEqual([{ title: "CPU", unit: "ratio", series: [{ name: "a", values: [0.1] }] }]);
  });
});

it("puts the first GPU on top, and leaves out what is not known", () => {
  const gpu = (index: string, values: (number | null)[]) => ({
    index,
    id: `GPU-${index}`,
    measures: { u: { values } },
  });
  expect(heatOf([{ name: "h", gpus: [gpu("0", [0.1, null]), gpu("", [null, 0.4])] }], "u")).toEqual({
    ys: ["h · GPU-", "h · 0"],
    cells: [
      [1, 0, 0.4],
      [0, 1, 0.1],
    ],
  });
});

it("adds up and compares what is known", () => {
  const instances: { measures: Record<string, { latest: number | null }> }[] = [
    { measures: { w: { latest: 2 } } },
    { measures: { w: { latest: null } } },
    { measures: {} },
  ];
  expect(totalOf(instances, "w")).toBe(2);
  expect(totalOf(instances, "x")).toBeNull();
  expect(mostOf([...instances, { measures: { w: { latest: 5 } } }], "w")).toBe(5);
  expect(mostOf([], "w")).toBeNull();
});

it("names a server by its instance, else by service and host", () => {
  expect(serverName({ service_name: "vllm", service_instance_id: "a:1", host_name: "h" })).toBe("a:1");
  expect(serverName({ service_name: "vllm", service_instance_id: "", host_name: "h" })).toBe("vllm on h");
});
