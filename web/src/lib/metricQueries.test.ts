import { expect, test } from "vitest";
import {
  asksFor,
  changeQuery,
  lineName,
  MOST_QUERIES,
  readMetricsSearch,
  readQueries,
  unitOf,
  writeQueries,
} from "./metricQueries";

test("questions survive the address, and what is no question is passed over", () => {
  const queries = [
    { name: "m", aggregation: "rate", by: ["service"], filter: "env:prod" },
    { name: "n", quantiles: [0.5] },
  ];
  expect(readQueries(writeQueries(queries))).toEqual(queries);
  expect(readMetricsSearch({ queries: writeQueries(queries), project: "p" })).toEqual({
    queries: writeQueries(queries),
    project: "p",
  });
  for (const broken of ["{", "5", '[1,{"name":5},{"by":["x"]}]', undefined]) expect(readQueries(broken)).toEqual([]);
  expect(readQueries('[{"name":"m","by":[1,"a","b","c","d"],"quantiles":[2,"x",1],"type":"","evil":1}]')).toEqual([
    { name: "m", by: ["a", "b", "c"], quantiles: [1] },
  ]);
  expect(readQueries(JSON.stringify(Array(50).fill({ name: "m" })))).toHaveLength(MOST_QUERIES);
});

test("a change leaves out what goes without saying", () => {
  expect(changeQuery([{ name: "m", filter: "x" }, { name: "n" }], 0, { filter: undefined, by: ["a"] })).toEqual([
    { name: "m", by: ["a"] },
    { name: "n" },
  ]);
  expect(asksFor([{ name: "m", type: "sum" }], { name: "m", type: "gauge" })).toBe(false);
  expect(asksFor([{ name: "m" }], { name: "m", type: "gauge" })).toBe(true);
});

test("a rate is a second's, and counts of observations have no unit", () => {
  expect(unitOf("s", "gauge", "avg")).toBe("s");
  expect(unitOf("{turn}", "sum", "rate")).toBe("turn/s");
  expect(unitOf("1", "sum", "rate")).toBe("1/s");
  expect(unitOf("{turn}", "sum", "increase")).toBe("{turn}");
  expect(unitOf("s", "histogram", "rate")).toBe("1/s");
  expect(unitOf("s", "histogram", "increase")).toBe("");
  expect(unitOf("s", "histogram", "quantile")).toBe("s");
});

test("a line is called by its quantile and its group", () => {
  expect(lineName({}, 0.999, "m")).toBe("p99.9");
  expect(lineName({ model: "a", region: "" }, 0.5, "m")).toBe("p50 · a · (none)");
  expect(lineName({}, null, "m")).toBe("m");
});
