/** Numbers counted into bars of a histogram. Pure. */

const BINS = 30;

export interface Bins {
  bounds: number[];
  counts: number[];
}

/** Count values, each `weights` times, into bars of the same nice width. */
export function binValues(values: readonly number[], weights?: readonly number[]): Bins {
  const finite = values
    .map((value, index) => ({ value, weight: weights?.[index] ?? 1 }))
    .filter(({ value }) => Number.isFinite(value));
  if (finite.length === 0) return { bounds: [], counts: [] };
  let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const { value } of finite) [least, most] = [Math.min(least, value), Math.max(most, value)];
  // no finer than the numbers themselves are
  const finest = Math.max(Math.abs(least), Math.abs(most)) * 1e-13;
  const width = niceWidth(Math.max(finest, (most - least) / BINS || Math.abs(least) / BINS || 1));
  const first = Math.floor(least / width);
  const count = Math.floor(most / width) - first + 1;
  const counts = new Array<number>(count).fill(0);
  for (const { value, weight } of finite) {
    const index = Math.min(count - 1, Math.floor(value / width) - first);
    counts[index] = (counts[index] ?? 0) + weight;
  }
  return {
    bounds: Array.from({ length: count + 1 }, (_, index) => Number(((first + index) * width).toPrecision(15))),
    counts,
  };
}

/** The least of 1, 2, 5 times a power of ten that is not below `width`. */
function niceWidth(width: number): number {
  const power = 10 ** Math.floor(Math.log10(width));
  const factor = [1, 2, 5, 10].find((it) => it * power >= width * (1 - 1e-9)) ?? 10;
  return factor * power;
}
