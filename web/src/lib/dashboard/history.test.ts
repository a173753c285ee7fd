import { expect, test } from "vitest";
import { begin, change, redo, undo } from "./history";

test("goes back and forth through changes", () => {
  const two = change(change(begin("a"), "b"), "c");
  expect(undo(two).present).toBe("b");
  expect(undo(undo(two)).present).toBe("a");
  expect(redo(undo(two))).toEqual(two);
});

test("a new change forgets what was undone", () => {
  const other = change(undo(change(begin("a"), "b")), "c");
  expect(other).toEqual({ past: ["a"], present: "c", future: [] });
});

test("there is nothing before the first and after the last", () => {
  const history = begin("a");
  expect(undo(history)).toBe(history);
  expect(redo(history)).toBe(history);
});

test("a change to the same is none", () => {
  const history = begin({ name: "a" });
  expect(change(history, { name: "a" })).toBe(history);
});

test("keeps a bounded number of steps", () => {
  let history = begin(0);
  for (let step = 1; step <= 300; step += 1) history = change(history, step);
  expect(history.past).toHaveLength(100);
  expect(history.past[0]).toBe(200);
});
