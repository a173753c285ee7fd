import { expect, test } from "vitest";
import { estimateNote, withEstimate } from "./estimate";

test("an estimate says from how much of the spans it is", () => {
  expect([1, 0.0816, 0.0042].map(estimateNote)).toEqual([
    "estimated from 100% of the spans",
    "estimated from 8.2% of the spans",
    "estimated from 0.42% of the spans",
  ]);
});

test("what is exact says nothing of it", () => {
  expect([estimateNote(null), estimateNote(undefined)]).toEqual(["", ""]);
  expect(withEstimate("count, each hour", null)).toBe("count, each hour");
});

test("a chart says what it aggregates, and then from how much", () => {
  expect(withEstimate("count, each hour", 0.08)).toBe("count, each hour, estimated from 8.0% of the spans");
  expect(withEstimate("", 0.08)).toBe("estimated from 8.0% of the spans");
});
