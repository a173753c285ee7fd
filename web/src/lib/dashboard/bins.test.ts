import { expect, test } from "vitest";
import { binValues } from "./bins";

test("counts every value once, between round bounds", () => {
  const { bounds, counts } = binValues([0, 1, 2, 3, 100]);
  expect(bounds.length).toBe(counts.length + 1);
  expect(counts.reduce((sum, count) => sum + count, 0)).toBe(5);
  expect(bounds.slice(0, 3)).toEqual([0, 5, 10]);
  expect([counts[0], counts.at(-1)]).toEqual([4, 1]);
});

test("counts a value as often as its weight says", () => {
  expect(binValues([1, 2], [10, 5]).counts.reduce((sum, count) => sum + count, 0)).toBe(15);
});

test.each([[[7]], [[0]], [[-3, -3]], [[1e-9, 2e-9]], [[1e15, 1e15 + 1]]])(
  "can tell %j apart without failing",
  (values) => {
    const { bounds, counts } = binValues(values);
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(values.length);
    expect(counts.length).toBeLessThan(100);
    expect(bounds.every((bound, index) => index === 0 || bound > (bounds[index - 1] ?? 0))).toBe(true);
  },
);

test("nothing has no bars", () => {
  expect(binValues([])).toEqual({ bounds: [], counts: [] });
  expect(binValues([Number.NaN, Number.POSITIVE_INFINITY])).toEqual({ bounds: [], counts: [] });
});
