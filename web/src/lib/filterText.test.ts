import { describe, expect, it } from "vitest";
import { chosenValues, joinFilter, scanFilter, toggleExcluded, toggleValue, withoutField } from "./filterText";

const MODEL = ["model"];
const SERVICE = ["service", "service_name"];

describe("scanFilter", () => {
  it("finds words, phrases and conditions with their values, wherever they stand", () => {
    const { terms, isEither } = scanFilter('model:gpt-4o cost>0.01 "late refund" -(user:"a b" OR tier) NOT x!=~"a*"');
    expect(
      terms.map(({ field, operator, values, depth, isNegated }) => [
        field,
        operator,
        values.map((it) => it.text),
        depth,
        isNegated,
      ]),
    ).toEqual([
      ["model", ":", ["gpt-4o"], 0, false],
      ["cost", ">", ["0.01"], 0, false],
      [null, "", ["late refund"], 0, false],
      ["user", ":", ["a b"], 1, false],
      [null, "", ["tier"], 1, false],
      ["x", "!=", ["a*"], 0, true],
    ]);
    expect(isEither).toBe(false);
  });

  it("says when something is not ended", () => {
    for (const text of ["model:", "model:(a,", '"late', "(a", 'user:"a', "model:(a,)"])
      expect(scanFilter(text).isUnfinished, text).toBe(true);
    for (const text of ["", "model:a", "a OR b", "-x", "cost>1", "model:(a,b)", '"OR"', ") ,"])
      expect(scanFilter(text).isUnfinished, text).toBe(false);
  });

  it("knows an OR that binds the whole filter from one that does not", () => {
    expect(scanFilter("a OR b").isEither).toBe(true);
    expect(scanFilter('(a OR b) "OR"').isEither).toBe(false);
  });
});

describe("toggleValue", () => {
  it("adds a value, joins a second to it, and takes both away again", () => {
    const one = toggleValue("refund", MODEL, "gpt-4o");
    expect(one).toBe("refund model:gpt-4o");
    const two = toggleValue(one, MODEL, "my model");
    expect(two).toBe('refund model:(gpt-4o,"my model")');
    expect(chosenValues(two, MODEL).included).toEqual(["gpt-4o", "my model"]);
    expect(toggleValue(toggleValue(two, MODEL, "gpt-4o"), MODEL, "my model")).toBe("refund");
  });

  it("keeps the name that was written, and what is about other fields or patterns", () => {
    expect(toggleValue("service_name:a cost>1", SERVICE, "b")).toBe("cost>1 service_name:(a,b)");
    expect(toggleValue("model:gpt-*", MODEL, "b")).toBe("model:gpt-* model:b");
    expect(toggleValue('"a  b" AND model:x AND c', MODEL, "x")).toBe('"a  b" AND c');
    expect(toggleValue("model:x AND c", MODEL, "x")).toBe("c");
    expect(toggleValue("c AND model:x", MODEL, "x")).toBe("c");
  });

  it("puts a filter of alternatives into parentheses, so that both hold", () => {
    expect(toggleValue("a OR model:x", MODEL, "y")).toBe("(a OR model:x) model:y");
  });

  it("reads a value back as it was, whatever signs it has", () => {
    for (const value of ['a"b', "a\\", "(x)", "a:b", "*", "-", "späte Rückgabe 🙂", "<img src=x>"])
      expect(chosenValues(toggleValue("", MODEL, value), MODEL).included, value).toEqual([value]);
  });
});

describe("toggleExcluded", () => {
  it("rules a value out instead of asking for it, and back", () => {
    const out = toggleExcluded("model:a x", MODEL, "a");
    expect(out).toBe("x -model:a");
    expect(chosenValues(out, MODEL)).toEqual({ included: [], excluded: ["a"] });
    expect(toggleExcluded(out, MODEL, "a")).toBe("x");
    expect(toggleValue(out, MODEL, "a")).toBe("x model:a");
    expect(chosenValues("model!=(a,b)", MODEL).excluded).toEqual(["a", "b"]);
  });
});

it("withoutField leaves the rest", () => {
  expect(withoutField("model:a -model:b x", MODEL)).toBe("x");
});

it("joinFilter joins", () => {
  expect([joinFilter("", "a"), joinFilter("a ", "b:c"), joinFilter("a OR b", "c")]).toEqual([
    "a",
    "a b:c",
    "(a OR b) c",
  ]);
});
