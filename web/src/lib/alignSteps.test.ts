import { expect, test } from "vitest";
import { alignSteps } from "./alignSteps";

/** Steps as "depth name"; a name that begins with chat is a call to a model. */
function steps(...rows: string[]) {
  return rows.map((row) => {
    const [depth, name = ""] = row.split(/ (.*)/);
    return {
      depth: Number(depth),
      name,
      operation_name: name.split(" ")[0] ?? "",
      is_model_call: name.startsWith("chat"),
    };
  });
}

function pairs(left: string[], right: string[]) {
  return alignSteps(steps(...left), steps(...right)).map((pair) => [pair.left, pair.right]);
}

test("the same steps stand side by side, and what one has more stands alone", () => {
  expect(pairs(["0 run", "1 search", "1 chat a"], ["0 run", "1 chat a"])).toEqual([
    [0, 0],
    [1, null],
    [2, 1],
  ]);
  expect(pairs(["0 run"], ["0 run", "1 chat a"])).toEqual([
    [0, 0],
    [null, 1],
  ]);
});

test("another model in the same place is the same step", () => {
  expect(pairs(["0 run", "1 chat a", "1 end"], ["0 run", "1 chat b", "1 end"])).toEqual([
    [0, 0],
    [1, 1],
    [2, 2],
  ]);
});

test("a tool does not stand beside a model", () => {
  expect(pairs(["0 run", "1 execute_tool x"], ["0 run", "1 chat b"])).toEqual([
    [0, 0],
    [null, 1],
    [1, null],
  ]);
});

test("every step of both comes once, in order, whatever they are", () => {
  const left = Array.from({ length: 60 }, (_, n) => `${n % 3} ${["chat a", "search", "end"][(n * 7) % 3]} ${n % 5}`);
  const right = Array.from({ length: 45 }, (_, n) => `${n % 2} ${["chat a", "search", "end"][(n * 5) % 3]} ${n % 4}`);
  const aligned = alignSteps(steps(...left), steps(...right));
  expect(aligned.flatMap((pair) => pair.left ?? [])).toEqual(left.map((_, n) => n));
  expect(aligned.flatMap((pair) => pair.right ?? [])).toEqual(right.map((_, n) => n));
});

test("nothing beside nothing, and something beside nothing", () => {
  expect(pairs([], [])).toEqual([]);
  expect(pairs(["0 run"], [])).toEqual([[0, null]]);
});
