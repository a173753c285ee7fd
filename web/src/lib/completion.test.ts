import { describe, expect, it } from "vitest";
import {
  complete,
  contextAt,
  type FilterField,
  findField,
  hasListedValues,
  suggestFields,
  suggestValues,
} from "./completion";

const field = (name: string, short_name = "", type = "LowCardinality(String)", unit = ""): FilterField => ({
  name,
  short_name,
  type,
  unit,
  brief: `the ${name}`,
});
const FIELDS = [
  field("model"),
  field("request_model"),
  field("service_name", "service"),
  field("duration_ns", "duration", "UInt64", "ns"),
  field("is_streaming", "", "Bool"),
  field("tags", "tag", "Array(LowCardinality(String))"),
];

/** The context at the bar in `text`. */
function at(text: string) {
  const cursor = text.indexOf("|");
  return contextAt(text.replace("|", ""), cursor);
}

describe("contextAt", () => {
  it("tells a field's name from its value", () => {
    expect(at("refund mod|")).toMatchObject({ kind: "field", typed: "mod", from: 7, to: 10 });
    expect(at("|")).toMatchObject({ kind: "field", typed: "" });
    expect(at("model:a |")).toMatchObject({ kind: "field", typed: "", from: 8 });
    expect(at("-ser|vice:a")).toMatchObject({ kind: "field", typed: "ser", from: 1, to: 8 });
    expect(at("model:|")).toMatchObject({ kind: "value", field: "model", typed: "", from: 6, to: 6 });
    expect(at("x model:gp|t b")).toMatchObject({ kind: "value", field: "model", typed: "gp", from: 8, to: 11 });
    expect(at('user:"Ada L|')).toMatchObject({ kind: "value", field: "user", typed: "Ada L", from: 5 });
    expect(at("(duration>=1|)")).toMatchObject({ kind: "value", field: "duration", operator: ">=", typed: "1" });
    expect(at("model:(a,b|)")).toMatchObject({ kind: "value", typed: "b", isInList: true });
    expect(at("model:(a, |")).toMatchObject({ kind: "value", typed: "", isInList: true });
  });

  it("says nothing within a phrase and right behind a list", () => {
    expect(at('"late re|fund"')).toBeNull();
    expect(at("model:(a)|")).toBeNull();
  });
});

describe("complete", () => {
  const completed = (text: string, insert: string) => {
    const context = at(text);
    if (context === null) throw new Error("nothing to complete");
    const { text: filled, cursor } = complete(text.replace("|", ""), context, insert);
    return `${filled.slice(0, cursor)}|${filled.slice(cursor)}`;
  };

  it("replaces what was typed and goes on behind it", () => {
    expect(completed("mod|", "model:")).toBe("model:|");
    expect(completed("x mod|:a", "model:")).toBe("x model|:a");
    expect(completed("model:gp|", "gpt-4o")).toBe("model:gpt-4o |");
    expect(completed("model:gp|t-3 x", "gpt-4o")).toBe("model:gpt-4o| x");
    expect(completed('user:"Ad|', '"Ada L"')).toBe('user:"Ada L" |');
    expect(completed("model:(a,|", "b")).toBe("model:(a,b|");
  });
});

describe("suggestFields", () => {
  it("gives what begins with the typed text first, by either name, and attributes that occur", () => {
    const labels = (typed: string) =>
      suggestFields(FIELDS, [{ name: "attributes.my model", count: 3 }], typed).map((it) => it.label);
    expect(labels("mod")).toEqual(["model", "request_model", "attributes.my model"]);
    expect(labels("service_")).toEqual(["service (service_name)"]);
    expect(labels("zzz")).toEqual([]);
    expect(labels("")).toContain("attributes.my model");
  });

  it("writes the operator that fits, and quotes names that need it", () => {
    const inserts = (typed: string) =>
      suggestFields(FIELDS, [{ name: 'attributes.a "b', count: 1 }], typed).map((it) => it.insert);
    expect(inserts("dur")).toEqual(["duration>"]);
    expect(inserts("serv")).toEqual(["service:"]);
    expect(inserts("attributes.a")).toEqual(['"attributes.a \\"b":']);
  });
});

describe("suggestValues", () => {
  it("quotes values that need it, and gives examples where values cannot be listed", () => {
    const context = at("model:|");
    if (context === null) throw new Error();
    expect(suggestValues(context, FIELDS[0], [{ value: 'a "b"', count: 2 }])).toEqual([
      { label: 'a "b"', insert: '"a \\"b\\""', detail: "", count: 2 },
    ]);
    expect(suggestValues({ ...context, typed: "5" }, FIELDS[3], []).map((it) => it.insert)).toEqual(["500ms", "5s"]);
    expect(suggestValues(context, FIELDS[4], []).map((it) => it.insert)).toEqual(["true", "false"]);
    expect(suggestValues(context, undefined, [])).toEqual([]);
  });
});

it("knows which fields have values that can be listed", () => {
  const listed = (name: string) => hasListedValues(findField(FIELDS, name), name);
  expect(["model", "service", "is_streaming", "attributes.x", "error"].filter(listed)).toHaveLength(5);
  expect(["duration", "tag", "nothing"].filter(listed)).toEqual([]);
});
