/** Lengths of buckets of time in words. */

const UNITS: readonly [seconds: number, noun: string][] = [
  [604_800, "week"],
  [86_400, "day"],
  [3600, "hour"],
  [60, "minute"],
  [1, "second"],
];

/** What each point of a chart stands for: each minute, each 5 minutes, each 12 hours. */
export function describeInterval(interval_s: number): string {
  const [seconds, noun] = UNITS.find(([size]) => interval_s % size === 0) ?? [1, "second"];
  const count = interval_s / seconds;
  return count === 1 ? `each ${noun}` : `each ${count} ${noun}s`;
}
