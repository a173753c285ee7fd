import { describe, expect, test } from "vitest";
import type { Panel, Variable } from "../../api/dashboardTypes";
import {
  chosenOf,
  chosenValues,
  readValues,
  readVariableSearch,
  renameVariable,
  withValues,
  writeValues,
} from "./variables";

const MODEL: Variable = {
  name: "model",
  label: "",
  kind: "values",
  column: "model",
  is_multiple: true,
  default: ["gpt-4o"],
};
const FILTER: Variable = { ...MODEL, name: "filter", kind: "filter", column: "", default: [] };
const PROJECT: Variable = { ...MODEL, name: "project", kind: "project", column: "", default: [] };

describe("the address", () => {
  test.each([[["a"]], [["a", "b"]], [["a,b", "50%", "%2C", "ü &="]], [[]]])("says %j and reads it back", (values) => {
    const text = writeValues(MODEL, values);
    expect(chosenValues(MODEL, { "var-model": text })).toEqual(values);
  });

  test("says nothing of what goes without saying", () => {
    expect(writeValues(MODEL, ["gpt-4o"])).toBeUndefined();
    expect(chosenValues(MODEL, {})).toEqual(["gpt-4o"]);
  });

  test("reads what people write", () => {
    expect(readValues("gpt-4o,claude 4")).toEqual(["gpt-4o", "claude 4"]);
  });

  test("keeps variables and nothing else", () => {
    const search = {
      "var-model": "a",
      "var-Model": "b",
      "var-__proto__": "c",
      "var-n": 5,
      start: "-1h",
      "var-empty": "",
    };
    expect(readVariableSearch(search)).toEqual({ "var-model": "a" });
  });
});

test("panels are asked with values and filters by name", () => {
  const chosen = chosenOf([MODEL, FILTER, PROJECT], { "var-model": "a,b", "var-filter": "user:u1 (model:x%2Cy)" });
  expect(chosen).toEqual({ values: { model: ["a", "b"] }, filters: { filter: "user:u1 (model:x,y)" } });
  expect(chosenOf([FILTER], {})).toEqual({ values: {}, filters: { filter: "" } });
});

test("titles say what is chosen, and leave other words alone", () => {
  const chosen = { values: { model: ["a", "b"], none: [] }, filters: { filter: "x:1" } };
  expect(withValues("Cost of $model, $none, $filter, $other, $5", chosen)).toBe(
    "Cost of a, b, everything, x:1, $other, $5",
  );
});

describe("a new name", () => {
  const panel = (query: Panel["query"]): Panel => ({
    id: "p",
    kind: "line",
    title: "Calls of $model and $model_2",
    description: "",
    place: { x: 0, y: 0, w: 6, h: 7 },
    unit: null,
    thresholds: [],
    is_stacked: false,
    by: "time",
    text: "",
    query,
  });
  const usage = {
    source: "usage" as const,
    measures: ["span_count"],
    per: null,
    group_by: [],
    filter: "model:$model service:$model_2",
    interval: "auto",
    limit: 8,
    order_by: "span_count",
  };
  const sql = (parameters: Record<string, string>) => ({
    source: "sql" as const,
    query: "SELECT 1 WHERE has({model:Array(String)}, {model_2:String})",
    parameters,
    interval: "auto",
    time: null,
    names: [],
    values: [],
  });
  const renamed = (query: Panel["query"]) =>
    renameVariable(
      { format_version: 1, variables: [MODEL, { ...MODEL, name: "model_2" }], panels: [panel(query)] },
      "model",
      "chosen",
    );

  test("is written in titles and filters, and leaves longer names alone", () => {
    const { variables, panels } = renamed(usage);
    expect(variables.map(({ name }) => name)).toEqual(["chosen", "model_2"]);
    expect(panels[0]?.title).toBe("Calls of $chosen and $model_2");
    expect(panels[0]?.query).toMatchObject({ filter: "model:$chosen service:$model_2" });
  });

  test("is written in SQL, but not where the panel has a value of that name itself", () => {
    expect(renamed(sql({})).panels[0]?.query).toMatchObject({
      query: "SELECT 1 WHERE has({chosen:Array(String)}, {model_2:String})",
    });
    expect(renamed(sql({ model: "a" })).panels[0]?.query).toMatchObject({
      query: "SELECT 1 WHERE has({model:Array(String)}, {model_2:String})",
    });
  });
});
