import { describe, expect, it } from "vitest";
import type { Drawing } from "./EChart";
import { describeInterval, intervalOption } from "./intervalOption";

const drawing: Drawing = { resolve: (value) => value, isPointedAt: () => true };
const intervals = [
  { name: "Duration", at: 0.45, low: 0.3, high: 0.6, color: "red" },
  { name: "Cost", at: -0.1, low: -0.2, high: 0.05, color: "grey" },
];
// biome-ignore lint/suspicious/noExplicitAny: the library's own type of options says nothing of their parts
const option: any = intervalOption(intervals, "ratio", drawing);

describe("intervalOption", () => {
  it("draws each interval on its own row from end to end, beside the line of no difference", () => {
    expect(option.series[1].data.map((point: { value: number[] }) => point.value)).toEqual([
      [-0.2, 1],
      [-0.1, 1],
      [0.05, 1],
    ]);
    expect(option.series[0].markLine.data).toEqual([{ xAxis: 0 }]);
  });

  it("says in words what it shows", () => {
    expect(intervals.map((it) => describeInterval(it, "ratio")).at(-1)).toBe("Cost −10%, 95 % interval −20% to +5.0%");
  });
});
