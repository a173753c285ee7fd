import { describe, expect, test } from "vitest";
import type { Panel, PanelData } from "../../api/dashboardTypes";
import { barsOf, binsOf, cellsOf, colourOf, levelsOf, numberOf, unitOf } from "./drawing";

const NOTHING: PanelData = {
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
const LINES: PanelData = {
  ...NOTHING,
  times: ["2026-11-24T00:00:00Z", "2026-11-24T01:00:00Z"],
  lines: [
    { name: "a", unit: "USD", total: 3, values: [1, 2] },
    { name: "b", unit: "USD", total: null, values: [null, 0] },
  ],
};
const ROWS: PanelData = {
  ...NOTHING,
  columns: [
    { name: "service", unit: "", is_number: false },
    { name: "error", unit: "", is_number: false },
    { name: "count", unit: "tokens", is_number: true },
    { name: "more", unit: "", is_number: true },
  ],
  rows: [
    ["bot", "Timeout", 5, 2],
    ["bot", null, null, 1],
  ],
};
const LEVELS = [
  { value: 5, color: "bad" as const },
  { value: 0, color: "good" as const },
  { value: 1, color: "warning" as const },
];

describe("one number", () => {
  test("is the total, else the latest value, else the first number of the rows", () => {
    expect(numberOf(LINES)).toBe(3);
    expect(numberOf({ ...LINES, lines: [{ name: "x", unit: "", total: null, values: [4, 7, null] }] })).toBe(7);
    expect(numberOf(ROWS)).toBe(5);
    expect(numberOf(NOTHING)).toBeNull();
  });
});

describe("thresholds", () => {
  test("colour by the highest that is reached, in whatever order they are", () => {
    expect([-1, 0, 1, 4.9, 5, 9].map((value) => colourOf(LEVELS, value))).toEqual([
      undefined,
      "var(--wg-retrieval)",
      "var(--wg-warning)",
      "var(--wg-warning)",
      "var(--wg-error)",
      "var(--wg-error)",
    ]);
    expect(colourOf(LEVELS, null)).toBeUndefined();
  });

  test("are lines across a chart, but for what is good", () => {
    expect(levelsOf(LEVELS).map(({ value }) => value)).toEqual([5, 1]);
  });
});

test("the unit is the panel's own, else that of the data", () => {
  const panel = { unit: null } as unknown as Panel;
  expect(unitOf({ ...panel, unit: "ns" }, LINES)).toBe("ns");
  expect(unitOf(panel, LINES)).toBe("USD");
  expect(unitOf(panel, ROWS)).toBe("tokens");
  expect(unitOf(panel, NOTHING)).toBe("");
});

test("bars are named by what the texts of a row say", () => {
  expect(barsOf(ROWS)).toEqual({ categories: ["bot, Timeout", "bot, –"], values: [5, null] });
});

test("cells leave out what is nothing", () => {
  expect(cellsOf(LINES)).toEqual([
    [0, 0, 1],
    [1, 0, 2],
  ]);
});

test("a distribution counts rows by their weight, or all values of lines", () => {
  expect(binsOf(ROWS).counts.reduce((sum, count) => sum + count, 0)).toBe(2);
  expect(binsOf(LINES).counts.reduce((sum, count) => sum + count, 0)).toBe(3);
  expect(binsOf(NOTHING).counts).toEqual([]);
});
