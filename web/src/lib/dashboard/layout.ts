/** Where panels stand: in a grid of 12 columns, pushed up as far as they go, moved and resized by steps. Pure. */

import type { Panel, Place } from "../../api/dashboardTypes";

export const COLUMNS = 12;
/** Height of a row and space between panels, in pixels. */
export const ROW_PX = 32;
export const GAP_PX = 8;
export const LEAST_ROWS = 2;
export const MOST_ROWS = 40;

/** Height of a panel that is `rows` high, in pixels. */
export function heightOf(rows: number): number {
  return rows * ROW_PX + (rows - 1) * GAP_PX;
}

/** Panels in the order in which they are read. */
export function inOrder(panels: readonly Panel[]): Panel[] {
  return panels.toSorted((one, other) => one.place.y - other.place.y || one.place.x - other.place.x);
}

/** The same panels without holes above them and none on another. */
export function compact(panels: readonly Panel[]): Panel[] {
  return settle(panels, inOrder(panels));
}

/** Move a panel by columns, or past the next one above or below; the others make room. */
export function movePanel(panels: readonly Panel[], id: string, dx: number, dy: number): Panel[] {
  const panel = panels.find((it) => it.id === id);
  if (panel === undefined) return [...panels];
  const { x, w } = panel.place;
  const moved = { ...panel, place: { ...panel.place, x: Math.max(0, Math.min(COLUMNS - w, x + dx)) } };
  const others = inOrder(panels).filter((it) => it.id !== id);
  return settle(panels, others.toSpliced(indexFor(moved, others, dy), 0, moved));
}

/** Widen and heighten a panel by columns and rows; the others make room. */
export function resizePanel(panels: readonly Panel[], id: string, dw: number, dh: number): Panel[] {
  const order = inOrder(panels).map((panel) => {
    if (panel.id !== id) return panel;
    const { x, w, h } = panel.place;
    const width = Math.max(1, Math.min(COLUMNS - x, w + dw));
    const height = Math.max(LEAST_ROWS, Math.min(MOST_ROWS, h + dh));
    return { ...panel, place: { ...panel.place, w: width, h: height } };
  });
  return settle(panels, order);
}

/** Take over places by panel id, as the grid's library says them after a drag. */
export function withPlaces(panels: readonly Panel[], places: readonly (Place & { i: string })[]): Panel[] {
  const known = new Map(places.map(({ i, x, y, w, h }) => [i, { x, y, w, h }]));
  return panels.map((panel) => ({ ...panel, place: known.get(panel.id) ?? panel.place }));
}

/** The first row below all panels. */
export function lastRow(panels: readonly Panel[]): number {
  return Math.max(0, ...panels.map(({ place: { y, h } }) => y + h));
}

/** Where in the order of the others a panel goes that moves down (dy > 0), up (dy < 0) or stays. */
function indexFor(panel: Panel, others: readonly Panel[], dy: number): number {
  const { x, y, w } = panel.place;
  const shares = (other: Panel) => other.place.x < x + w && x < other.place.x + other.place.w;
  if (dy > 0) {
    const below = others.findIndex((other) => shares(other) && other.place.y > y);
    return below < 0 ? others.length : below + 1;
  }
  if (dy < 0) {
    const above = others.findLastIndex((other) => shares(other) && other.place.y < y);
    return Math.max(0, above);
  }
  const next = others.findIndex((other) => other.place.y > y || (other.place.y === y && other.place.x >= x));
  return next < 0 ? others.length : next;
}

/** Put panels down one after the other, each as high as the ones before leave room; the list keeps its own order. */
function settle(panels: readonly Panel[], order: readonly Panel[]): Panel[] {
  const filled = new Array<number>(COLUMNS).fill(0);
  const settled = new Map<string, Panel>();
  for (const panel of order) {
    const { x, w, h } = panel.place;
    const y = Math.max(...filled.slice(x, x + w));
    filled.fill(y + h, x, x + w);
    settled.set(panel.id, y === panel.place.y ? panel : { ...panel, place: { ...panel.place, y } });
  }
  return panels.map((panel) => settled.get(panel.id) ?? panel);
}
