import { expect, test } from "vitest";
import { asKind, duplicate, newPanel, put, remove } from "./panels";

const FIRST = newPanel([]);

test("a new panel stands below the others under a name of its own", () => {
  const second = newPanel([FIRST]);
  expect([FIRST.id, second.id]).toEqual(["panel-1", "panel-2"]);
  expect([FIRST.place.y, second.place.y]).toEqual([0, 7]);
});

test("a copy stands beside where there is room, else below", () => {
  const two = duplicate([FIRST], FIRST.id);
  expect(two.map(({ id, place }) => [id, place.x, place.y])).toEqual([
    ["panel-1", 0, 0],
    ["panel-2", 6, 0],
  ]);
  const wide = { ...FIRST, place: { ...FIRST.place, w: 12 } };
  expect(duplicate([wide], wide.id)[1]?.place).toEqual({ x: 0, y: 7, w: 12, h: 7 });
  expect(duplicate([FIRST], "nothing")).toEqual([FIRST]);
});

test("names stay within what the server takes", () => {
  const long = { ...FIRST, id: "x".repeat(40), title: "t".repeat(200) };
  const [, copy] = duplicate([long], long.id);
  expect(copy?.id).toMatch(/^[a-z0-9-]{1,40}$/);
  expect(copy?.title.length).toBe(200);
});

test("removing closes the hole", () => {
  const two = [FIRST, { ...newPanel([FIRST]) }];
  expect(remove(two, FIRST.id).map(({ id, place }) => [id, place.y])).toEqual([["panel-2", 0]]);
});

test("a panel takes the place of the one with its id, or comes last", () => {
  expect(put([FIRST], { ...FIRST, title: "x" })).toEqual([{ ...FIRST, title: "x" }]);
  const second = newPanel([FIRST]);
  expect(put([FIRST], second)).toEqual([FIRST, second]);
});

test("a text asks nothing, and every other kind asks something", () => {
  const text = asKind(FIRST, "text");
  expect(text.query).toBeNull();
  expect(asKind(text, "table").query?.source).toBe("usage");
  expect(asKind(FIRST, "bar").query).toBe(FIRST.query);
});
