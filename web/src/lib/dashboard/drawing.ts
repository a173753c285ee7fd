/** From a panel and its data to what charts are given. Pure. */

import type { Panel, PanelData, Threshold } from "../../api/dashboardTypes";
import type { Unit } from "../format";
import { type Bins, binValues } from "./bins";

const COLOURS: Record<Threshold["color"], string> = {
  good: "var(--wg-retrieval)",
  warning: "var(--wg-warning)",
  bad: "var(--wg-error)",
};

/** The unit of a panel's values: the panel's own, else the one that the data say. */
export function unitOf(panel: Panel, data: PanelData): Unit {
  return panel.unit ?? data.lines[0]?.unit ?? data.columns.find(({ is_number }) => is_number)?.unit ?? "";
}

/** The CSS colour of the highest threshold that `value` reaches; undefined below all of them. */
export function colourOf(thresholds: readonly Threshold[], value: number | null): string | undefined {
  if (value === null) return undefined;
  const reached = thresholds.filter((it) => value >= it.value).toSorted((one, other) => other.value - one.value);
  return reached[0] && COLOURS[reached[0].color];
}

/** Lines across a chart where thresholds are; what is good from 0 on needs none. */
export function levelsOf(thresholds: readonly Threshold[]): { value: number; colour: string }[] {
  return thresholds
    .filter(({ color }) => color !== "good")
    .map(({ value, color }) => ({ value, colour: COLOURS[color] }));
}

/** The one number of a panel: the total of its range, else the latest value, else the first number of its rows. */
export function numberOf(data: PanelData): number | null {
  const [line] = data.lines;
  if (line !== undefined) return line.total ?? line.values.findLast((value) => value !== null) ?? null;
  const first = data.columns.findIndex(({ is_number }) => is_number);
  const value = first < 0 ? null : data.rows[0]?.[first];
  return typeof value === "number" ? value : null;
}

/** Cells of a heat map: times across, lines upwards. */
export function cellsOf(data: PanelData): [number, number, number][] {
  return data.lines.flatMap(({ values }, y) =>
    values.flatMap((value, x) => (value === null || value === 0 ? [] : [[x, y, value] as [number, number, number]])),
  );
}

/** One bar a row: what its texts say, and its first number. */
export function barsOf(data: PanelData): { categories: string[]; values: (number | null)[] } {
  const value = data.columns.findIndex(({ is_number }) => is_number);
  const texts = data.columns.flatMap(({ is_number }, index) => (is_number ? [] : [index]));
  return {
    categories: data.rows.map((row) => texts.map((index) => wordOf(row[index])).join(", ") || "all"),
    values: data.rows.map((row) => (typeof row[value] === "number" ? row[value] : null)),
  };
}

/** How often values occur: of rows the first number, as often as the second says where there is one; of lines all values. */
export function binsOf(data: PanelData): Bins {
  if (data.lines.length > 0) {
    return binValues(data.lines.flatMap(({ values }) => values.filter((value) => value !== null)));
  }
  const numbers = data.columns.flatMap(({ is_number }, index) => (is_number ? [index] : []));
  const [value, weight] = numbers;
  const rows = value === undefined ? [] : data.rows.filter((row) => typeof row[value] === "number");
  return binValues(
    rows.map((row) => row[value ?? 0] as number),
    weight === undefined ? undefined : rows.map((row) => Number(row[weight])),
  );
}

/** A value of a row as text. */
export function wordOf(value: unknown): string {
  if (value === null || value === undefined) return "–";
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}
