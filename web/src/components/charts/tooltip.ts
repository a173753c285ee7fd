/** What a chart says under the pointer, built of elements: names come from models and users, and must stay text. */

import styles from "./Charts.module.css";

export interface TooltipRow {
  name: string;
  value: string;
  /** A colour that was resolved. */
  colour?: string;
}

/** Most rows of one tooltip; the rest is counted. */
const MOST_ROWS = 12;

export function tooltip(head: string, rows: readonly TooltipRow[]): HTMLElement {
  const box = document.createElement("div");
  box.className = styles.tooltip ?? "";
  box.append(line("div", styles.tooltipHead, head));
  const table = document.createElement("table");
  for (const { name, value, colour } of rows.slice(0, MOST_ROWS)) {
    const row = table.insertRow();
    const label = row.insertCell();
    if (colour !== undefined) {
      const dot = line("i", styles.dot, "");
      dot.style.background = colour;
      label.append(dot);
    }
    label.append(line("span", styles.tooltipName, name));
    row.insertCell().append(value);
  }
  box.append(table);
  if (rows.length > MOST_ROWS) box.append(line("div", styles.tooltipHead, `and ${rows.length - MOST_ROWS} more`));
  return box;
}

function line(tag: "div" | "span" | "i", className: string | undefined, text: string): HTMLElement {
  const element = document.createElement(tag);
  element.className = className ?? "";
  element.textContent = text;
  return element;
}
