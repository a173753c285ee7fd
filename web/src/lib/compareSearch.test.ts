import { expect, test } from "vitest";
import { readCompareSearch, traceIdOf } from "./compareSearch";

const ID = "0123456789abcdef0123456789abcdef";

test("an id is found in what was pasted: itself, or an address", () => {
  expect(traceIdOf(` ${ID.toUpperCase()} `)).toBe(ID);
  expect(traceIdOf(`http://host:4318/traces/${ID}?span=0123456789abcdef`)).toBe(ID);
  expect([traceIdOf("abc"), traceIdOf(`${ID}0`), traceIdOf(7), traceIdOf(undefined)]).toEqual(Array(4).fill(undefined));
});

test("what cannot be is left out of the search", () => {
  expect(readCompareSearch({ left: ID, right: "<script>", step: "3", project: "p" })).toEqual({
    left: ID,
    step: 3,
    project: "p",
  });
  expect([readCompareSearch({ step: "-1" }), readCompareSearch({ step: "x" }), readCompareSearch({})]).toEqual([
    {},
    {},
    {},
  ]);
});
