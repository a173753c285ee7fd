/** Lengths of time as rules write them: 90s, 5m, 1h30m. Pure. */

const UNITS: readonly [seconds: number, letter: string, noun: string][] = [
  [86_400, "d", "day"],
  [3600, "h", "hour"],
  [60, "m", "minute"],
  [1, "s", "second"],
];

/** Seconds of a length; null when it is none. A number alone is seconds. */
export function readLength(text: string): number | null {
  const said = text.trim();
  if (/^\d+$/.test(said)) return Number(said);
  if (!/^(\d+[dhms])+$/.test(said)) return null;
  let seconds = 0;
  for (const [, count, letter] of said.matchAll(/(\d+)([dhms])/g)) {
    seconds += Number(count) * (UNITS.find(([, it]) => it === letter)?.[0] ?? 0);
  }
  return seconds;
}

/** A length as it is typed: 1h30m. */
export function writeLength(seconds: number): string {
  let left = seconds;
  let said = "";
  for (const [size, letter] of UNITS) {
    const count = Math.floor(left / size);
    left -= count * size;
    if (count > 0) said += `${count}${letter}`;
  }
  return said || "0s";
}

/** A length in words: 5 minutes, 1 hour, 90 seconds. */
export function lengthWords(seconds: number): string {
  const [size, , noun] = UNITS.find(([it]) => seconds >= it && seconds % it === 0) ?? [1, "s", "second"];
  const count = seconds / size;
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}
