/** Colours for charts, read from theme.css: a canvas knows no custom properties, so they are resolved for it. */

const SERIES = [1, 2, 3, 4, 5, 6, 7, 8].map((number) => `var(--wg-chart-${number})`);

/** Turns any CSS colour, `var(--wg-line)` too, into one that a canvas can draw in the current colour scheme. */
export type Resolve = (value: string) => string;

/** Resolve colours as they hold at `element`. */
export function resolverAt(element: HTMLElement): Resolve {
  const known = new Map<string, string>();
  return (value) => {
    const found = known.get(value);
    if (found !== undefined) return found;
    const probe = document.createElement("span");
    probe.hidden = true;
    probe.style.color = value;
    element.append(probe);
    const colour = getComputedStyle(probe).color;
    probe.remove();
    known.set(value, colour);
    return colour;
  };
}

/** The CSS colour of the series at `index`. */
export function seriesColour(index: number): string {
  return SERIES[index % SERIES.length] ?? "currentColor";
}
