/** How long to wait before trying again: longer after each failure, within a bound, and not all clients at once. */

const FIRST_MS = 1000;
const MOST_MS = 30_000;

/** Milliseconds to wait after `failures` failures in a row.
 *
 * @param asked_ms what the server asked for, at least
 * @param random a number from 0 to 1
 */
export function backoff_ms(failures: number, asked_ms: number, random: number): number {
  const grown_ms = Math.min(MOST_MS, FIRST_MS * 2 ** Math.max(0, failures - 1));
  return Math.round(Math.max(asked_ms, grown_ms) * (1 + random / 2));
}
