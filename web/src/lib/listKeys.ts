/** The keys that move through a list, the same in every list. */

const STEPS: Record<string, number> = {
  j: 1,
  ArrowDown: 1,
  k: -1,
  ArrowUp: -1,
  PageDown: 12,
  PageUp: -12,
  Home: Number.NEGATIVE_INFINITY,
  End: Number.POSITIVE_INFINITY,
};

/** Where a key leads from `current` (-1 for nowhere) in a list of `length`; null when the key moves nothing. */
export function moveByKey(key: string, current: number, length: number): number | null {
  const step = STEPS[key];
  if (step === undefined || length === 0) return null;
  return Math.max(0, Math.min(length - 1, current + step));
}
