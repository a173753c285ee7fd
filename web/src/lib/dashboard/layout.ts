/** Where panels stand: in a grid of 12 columns, pushed up as far as they go, moved and resized by steps. Pure. */

import { bottom, cloneLayout, type Layout, moveElement, verticalCompactor } from "react-grid-layout/core";
import type { Panel, Place } from "../../api/dashboardTypes";

export const COLUMNS = 12;
/** Height of a row and space between panels, in pixels. */
export const ROW_PX = 32;
export const GAP_PX = 8;
const LEAST_HEIGHT = 2;
const LARGEST_HEIGHT = 40;

/** A place as the grid's library has it; `i` is the panel's id. */
type Item = Place & { i: string };

/** Height of a panel that is `rows` high, in pixels. */
export function heightOf(rows: number): number {
  return rows * ROW_PX + (rows - 1) * GAP_PX;
}

/** The same panels without holes above them and none on another. */
export function compact(panels: readonly Panel[]): Panel[] {
  return withLayout(panels, verticalCompactor.compact(layoutOf(panels), COLUMNS));
}

/** Move a panel by columns and rows; those in its way make room. */
export function movePanel(panels: readonly Panel[], id: string, dx: number, dy: number): Panel[] {
  const layout = cloneLayout(layoutOf(panels));
  const item = layout.find(({ i }) => i === id);
  if (item === undefined) return [...panels];
  const x = Math.max(0, Math.min(COLUMNS - item.w, item.x + dx));
  const y = Math.max(0, dy > 0 ? belowNext(layout, item, dy) : item.y + dy);
  const moved = moveElement(layout, item, x, y, true, false, "vertical", COLUMNS);
  return withLayout(panels, verticalCompactor.compact(moved, COLUMNS));
}

/** Widen and heighten a panel by columns and rows; those in its way make room. */
export function resizePanel(panels: readonly Panel[], id: string, dw: number, dh: number): Panel[] {
  const layout = layoutOf(panels).map((item) =>
    item.i === id
      ? {
          ...item,
          w: Math.max(1, Math.min(COLUMNS - item.x, item.w + dw)),
          h: Math.max(LEAST_HEIGHT, Math.min(LARGEST_HEIGHT, item.h + dh)),
        }
      : item,
  );
  // the one that grows stays where it is, and the others go round it
  const first = layout.map((item) => ({ ...item, ...(item.i === id && { static: true }) }));
  const settled = verticalCompactor.compact(first, COLUMNS).map((item) => ({ ...item, static: false }));
  return withLayout(panels, verticalCompactor.compact(settled, COLUMNS));
}

/** Take over a layout of the grid's library. */
export function withLayout(panels: readonly Panel[], layout: Layout): Panel[] {
  const places = new Map(layout.map(({ i, x, y, w, h }) => [i, { x, y, w, h }]));
  return panels.map((panel) => {
    const place = places.get(panel.id);
    return place === undefined || isSame(place, panel.place) ? panel : { ...panel, place };
  });
}

export function layoutOf(panels: readonly Panel[]): Item[] {
  return panels.map(({ id, place }) => ({ i: id, ...place }));
}

/** The first row below all panels. */
export function lastRow(panels: readonly Panel[]): number {
  return bottom(layoutOf(panels));
}

/** Panels in the order in which they are read. */
export function inOrder(panels: readonly Panel[]): Panel[] {
  return panels.toSorted((one, other) => one.place.y - other.place.y || one.place.x - other.place.x);
}

/** Where a panel goes so that it is below what stands under it, as it would otherwise fall back up. */
function belowNext(layout: Layout, item: Item, dy: number): number {
  const under = layout.filter(
    ({ i, x, y, w }) => i !== item.i && y >= item.y + item.h && x < item.x + item.w && item.x < x + w,
  );
  const next = Math.min(...under.map(({ y, h }) => y + h));
  return Number.isFinite(next) ? Math.max(item.y + dy, next - item.h + 1) : item.y;
}

function isSame(one: Place, other: Place): boolean {
  return one.x === other.x && one.y === other.y && one.w === other.w && one.h === other.h;
}
