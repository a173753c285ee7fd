import { describe, expect, test } from "vitest";
import type { Panel } from "../../api/dashboardTypes";
import { compact, heightOf, inOrder, lastRow, movePanel, resizePanel, withPlaces } from "./layout";

/** A panel named by its place. */
function panel(id: string, x: number, y: number, w: number, h: number): Panel {
  return {
    id,
    kind: "text",
    title: id,
    description: "",
    place: { x, y, w, h },
    thresholds: [],
    is_stacked: false,
    by: "time",
    text: "",
  };
}

/** Places as texts: `a 0,0 6x7`. */
function placesOf(panels: readonly Panel[]): string[] {
  return panels.map(({ id, place: { x, y, w, h } }) => `${id} ${x},${y} ${w}x${h}`);
}

/** Every cell that is claimed twice. */
function doubled(panels: readonly Panel[]): string[] {
  const seen = new Set<string>();
  return panels.flatMap(({ place: { x, y, w, h } }) =>
    Array.from({ length: w * h }, (_, cell) => `${x + (cell % w)},${y + Math.floor(cell / w)}`).filter(
      (cell) => seen.size === seen.add(cell).size,
    ),
  );
}

const ABOVE = panel("a", 0, 0, 6, 3);
const BESIDE = panel("b", 6, 0, 6, 3);
const BELOW = panel("c", 0, 3, 12, 4);
const PANELS = [BELOW, ABOVE, BESIDE];

test("panels are read row by row, whatever order they are stored in", () => {
  expect(inOrder(PANELS).map(({ id }) => id)).toEqual(["a", "b", "c"]);
  expect(lastRow(PANELS)).toBe(7);
  expect(lastRow([])).toBe(0);
  expect(heightOf(3)).toBe(112);
});

describe("compact", () => {
  test("takes holes away and puts nothing on another", () => {
    const messy = [panel("a", 0, 5, 6, 3), panel("b", 3, 6, 6, 3), panel("c", 9, 40, 3, 2)];
    expect(placesOf(compact(messy))).toEqual(["a 0,0 6x3", "b 3,3 6x3", "c 9,0 3x2"]);
  });

  test("leaves panels that are settled as they are", () => {
    expect(compact(PANELS)).toEqual(PANELS);
    expect(compact(PANELS)[0]).toBe(BELOW);
  });
});

describe("movePanel", () => {
  test("moves past the next one below and above, and back", () => {
    const down = movePanel(PANELS, "a", 0, 1);
    expect(placesOf(down)).toEqual(["c 0,3 12x4", "a 0,7 6x3", "b 6,0 6x3"]);
    expect(placesOf(movePanel(down, "a", 0, -1))).toEqual(placesOf(PANELS));
  });

  test("moves by columns, and the others make room", () => {
    expect(placesOf(movePanel(PANELS, "a", 2, 0))).toEqual(["c 0,6 12x4", "a 2,0 6x3", "b 6,3 6x3"]);
  });

  test("stays within the grid", () => {
    expect(movePanel(PANELS, "a", -1, 0)).toEqual(PANELS);
    expect(movePanel(PANELS, "b", 1, 0)).toEqual(PANELS);
    expect(movePanel(PANELS, "a", 0, -1)).toEqual(PANELS);
    expect(movePanel(PANELS, "nothing", 1, 1)).toEqual(PANELS);
  });

  test("never puts a panel on another", () => {
    let panels: Panel[] = PANELS;
    for (const [id, dx, dy] of [
      ["a", 1, 0],
      ["b", -3, 0],
      ["c", 0, -1],
      ["a", 0, 1],
      ["b", 0, 1],
      ["b", 2, 0],
    ] as const) {
      panels = movePanel(panels, id, dx, dy);
      expect(doubled(panels)).toEqual([]);
    }
  });
});

describe("resizePanel", () => {
  test("pushes down what is below, and lets it come back", () => {
    const grown = resizePanel(PANELS, "a", 0, 2);
    expect(placesOf(grown)).toEqual(["c 0,5 12x4", "a 0,0 6x5", "b 6,0 6x3"]);
    expect(placesOf(resizePanel(grown, "a", 0, -2))).toEqual(placesOf(PANELS));
  });

  test("stays within the grid and the least height", () => {
    expect(resizePanel(PANELS, "b", 3, 0)).toEqual(PANELS);
    expect(placesOf(resizePanel([ABOVE], "a", -20, -20))).toEqual(["a 0,0 1x2"]);
  });
});

test("places come back from the grid's library by id", () => {
  const places = [{ i: "a", x: 6, y: 0, w: 6, h: 3 }];
  expect(placesOf(withPlaces([ABOVE, BELOW], places))).toEqual(["a 6,0 6x3", "c 0,3 12x4"]);
});
