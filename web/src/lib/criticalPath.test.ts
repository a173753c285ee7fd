import { expect, test } from "vitest";
import { criticalPath, type PathSpan } from "./criticalPath";

/** Spans as depth, start and end. */
function spansOf(...rows: [depth: number, start_ns: number, end_ns: number][]): PathSpan[] {
  return rows.map(([depth, start, end]) => ({ depth, start_offset_ns: start, duration_ns: end - start }));
}

function pathOf(spans: PathSpan[]) {
  const { stretches, length_ns } = criticalPath(spans);
  const plain = [...stretches].map(([index, its]) => [index, its.map((one) => [one.start_ns, one.end_ns])] as const);
  return { path: Object.fromEntries(plain), length_ns };
}

test("of children side by side the one that ended last is waited for", () => {
  const spans = spansOf([0, 0, 100], [1, 10, 60], [1, 10, 90], [1, 20, 50]);
  expect(pathOf(spans)).toEqual({
    path: {
      0: [
        [0, 10],
        [90, 100],
      ],
      2: [[10, 90]],
    },
    length_ns: 100,
  });
});

test("children one after the other are all on it, with the gaps between them as the parent's own", () => {
  const spans = spansOf([0, 0, 100], [1, 0, 30], [2, 5, 30], [1, 40, 100]);
  expect(pathOf(spans)).toEqual({
    path: { 0: [[30, 40]], 1: [[0, 5]], 2: [[5, 30]], 3: [[40, 100]] },
    length_ns: 100,
  });
});

test("what goes on after the parent ended is not waited for", () => {
  const spans = spansOf([0, 0, 50], [1, 40, 500], [1, 60, 70]);
  expect(pathOf(spans)).toEqual({ path: { 0: [[0, 40]], 1: [[40, 50]] }, length_ns: 50 });
});

test("several roots are one after the other, and time in which nothing ran is nobody's", () => {
  const spans = spansOf([0, 0, 10], [0, 20, 30], [0, 22, 25]);
  expect(pathOf(spans)).toEqual({ path: { 0: [[0, 10]], 1: [[20, 30]] }, length_ns: 20 });
});

test("spans without a length, and no spans, are no path", () => {
  expect(pathOf(spansOf([0, 5, 5], [1, 5, 5]))).toEqual({ path: {}, length_ns: 0 });
  expect(pathOf([])).toEqual({ path: {}, length_ns: 0 });
});

test("a chain of ten thousand spans and a root of ten thousand children are walked without recursion", () => {
  const count = 10_000;
  const chain = Array.from({ length: count }, (_, n) => [n, n, 3 * count - n] as [number, number, number]);
  expect(criticalPath(spansOf(...chain)).length_ns).toBe(3 * count);
  const wide = Array.from({ length: count }, (_, n) => [1, n, n + 1] as [number, number, number]);
  expect(criticalPath(spansOf([0, 0, count], ...wide)).stretches.size).toBe(count);
});
