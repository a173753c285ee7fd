/** Two traces side by side: which step of one is which step of the other. */

import { diffArrays } from "diff";
import { kindOf } from "./spanKind";

export interface AlignedSpan {
  name: string;
  depth: number;
  operation_name: string;
  is_model_call: boolean;
}

/** A pair of steps by their positions; null where the other trace has none like it. */
export interface StepPair {
  left: number | null;
  right: number | null;
}

/** Longest search for the best alignment, in milliseconds; after it, steps pair by their order. */
const MOST_MS = 400;

/** Align steps of the same name, kind and depth, in order. A step that only one trace has stands beside the one in its place
 * when that is of the same kind and depth (another model, another tool), else alone.
 */
export function alignSteps(left: readonly AlignedSpan[], right: readonly AlignedSpan[]): StepPair[] {
  const changes = diffArrays(left.map(keyOf), right.map(keyOf), { timeout: MOST_MS });
  if (changes === undefined) return inOrder(left.length, right.length);
  const pairs: StepPair[] = [];
  let [onLeft, onRight] = [0, 0];
  let removed: number[] = [];
  for (const { count, added, removed: isRemoved } of changes) {
    const positions = (first: number) => Array.from({ length: count }, (_, step) => first + step);
    if (isRemoved) {
      removed = positions(onLeft);
      onLeft += count;
    } else if (added) {
      pairs.push(...besides(left, right, removed, positions(onRight)));
      removed = [];
      onRight += count;
    } else {
      pairs.push(...removed.map((position) => ({ left: position, right: null })));
      removed = [];
      pairs.push(...positions(0).map((step) => ({ left: onLeft + step, right: onRight + step })));
      onLeft += count;
      onRight += count;
    }
  }
  return [...pairs, ...removed.map((position) => ({ left: position, right: null }))];
}

/** Pair what one trace has in place of the other's, as far as kind and depth agree. */
function besides(
  left: readonly AlignedSpan[],
  right: readonly AlignedSpan[],
  removed: readonly number[],
  added: readonly number[],
): StepPair[] {
  const waiting = [...removed];
  const pairs: StepPair[] = [];
  for (const position of added) {
    const at = waiting.findIndex((candidate) => isLike(left[candidate], right[position]));
    const skipped = at < 0 ? [] : waiting.splice(0, at + 1);
    const partner = skipped.pop() ?? null;
    pairs.push(...skipped.map((alone) => ({ left: alone, right: null })), { left: partner, right: position });
  }
  return [...pairs, ...waiting.map((alone) => ({ left: alone, right: null }))];
}

function isLike(one: AlignedSpan | undefined, other: AlignedSpan | undefined): boolean {
  return one !== undefined && other !== undefined && one.depth === other.depth && kindOf(one) === kindOf(other);
}

function keyOf(span: AlignedSpan): string {
  return `${span.depth}/${kindOf(span)}/${span.name}`;
}

function inOrder(leftCount: number, rightCount: number): StepPair[] {
  return Array.from({ length: Math.max(leftCount, rightCount) }, (_, index) => ({
    left: index < leftCount ? index : null,
    right: index < rightCount ? index : null,
  }));
}
