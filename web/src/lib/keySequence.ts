/** Which of the known keys a press completes: single keys, and two in a row such as `g t`. */

/** How long the second key may take, in milliseconds. */
const WAIT_MS = 1500;

/** A press that waits for the next one. */
export interface Pending {
  key: string;
  at_ms: number;
}

/** What a press means.
 *
 * @param known the keys that are bound, such as `j`, `/`, `g t`
 * @returns the bound keys that are complete, and what to wait with; both null when the press means nothing
 */
export function readPress(
  key: string,
  at_ms: number,
  pending: Pending | null,
  known: Iterable<string>,
): { found: string | null; pending: Pending | null } {
  const names = [...known];
  const pair = pending !== null && at_ms - pending.at_ms <= WAIT_MS ? `${pending.key} ${key}` : undefined;
  if (pair !== undefined && names.includes(pair)) return { found: pair, pending: null };
  if (names.includes(key)) return { found: key, pending: null };
  return { found: null, pending: names.some((name) => name.startsWith(`${key} `)) ? { key, at_ms } : null };
}
