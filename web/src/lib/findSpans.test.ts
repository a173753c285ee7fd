import { expect, test } from "vitest";
import { findSpans, nextOf } from "./findSpans";

const blank = {
  span_id: "aa",
  name: "chat",
  service_name: "shop",
  operation_name: "chat",
  model: "gpt-4o",
  tool_name: "",
  agent_name: "",
  error_type: "",
  status_message: "",
};
const spans = [
  blank,
  { ...blank, span_id: "bb", tool_name: "Refund.*" },
  { ...blank, span_id: "cc", model: "x", name: "x" },
];

test("a text is found in any case, and as it is written", () => {
  expect(findSpans(spans, "GPT", new Set())).toEqual([0, 1]);
  expect(findSpans(spans, " refund.* ", new Set())).toEqual([1]);
  expect(findSpans(spans, "cc", new Set())).toEqual([2]);
  expect(findSpans(spans, "nothing", new Set())).toEqual([]);
});

test("what the server found in messages is found too, and no text finds nothing", () => {
  expect(findSpans(spans, "late order", new Set(["cc"]))).toEqual([2]);
  expect(findSpans(spans, "  ", new Set(["cc"]))).toEqual([]);
});

test("the next and the one before go round", () => {
  expect(nextOf([2, 5, 9], 5, 1)).toBe(9);
  expect(nextOf([2, 5, 9], 9, 1)).toBe(2);
  expect(nextOf([2, 5, 9], 4, -1)).toBe(2);
  expect(nextOf([2, 5, 9], 2, -1)).toBe(9);
  expect(nextOf([], 2, 1)).toBeUndefined();
});
