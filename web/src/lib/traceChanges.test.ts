import { expect, test } from "vitest";
import { changeOf, tokensOf } from "./traceChanges";

test("a change is the right less the left, and its share of the left", () => {
  expect(changeOf(200, 150)).toEqual({ left: 200, right: 150, difference: -50, ratio: -0.25 });
});

test("what is not known has no change, and what was nothing has no share", () => {
  expect(changeOf(null, 5)).toEqual({ left: null, right: 5, difference: null, ratio: null });
  expect(changeOf(0, 5)).toEqual({ left: 0, right: 5, difference: 5, ratio: null });
  expect(changeOf(undefined, undefined).difference).toBeNull();
});

test("tokens are both sides together, and not known when neither is", () => {
  expect([
    tokensOf({ input_tokens: 3, output_tokens: null }),
    tokensOf({ input_tokens: null, output_tokens: null }),
    tokensOf(undefined),
  ]).toEqual([3, null, null]);
});
