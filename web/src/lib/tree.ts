/** The rows of a trace's tree: which spans are seen when some are folded. */

/** What a tree needs of a span; spans come depth first, children after their parent. */
export interface TreeSpan {
  span_id: string;
  depth: number;
}

/** A span that is seen. */
export interface TreeRow {
  /** Position of the span in the trace. */
  index: number;
  /** Spans below it, at any depth. */
  descendant_count: number;
  is_folded: boolean;
}

/** Number of spans below each span, in one pass from the end. */
export function countDescendants(spans: readonly TreeSpan[]): number[] {
  const counts = new Array<number>(spans.length).fill(0);
  // the spans whose parent has not been met yet, the nearest last
  const waiting: number[] = [];
  for (let index = spans.length - 1; index >= 0; index--) {
    const depth = spans[index]?.depth ?? 0;
    let count = 0;
    for (let last = waiting.at(-1); last !== undefined && (spans[last]?.depth ?? 0) > depth; last = waiting.at(-1)) {
      count += 1 + (counts[last] ?? 0);
      waiting.pop();
    }
    counts[index] = count;
    waiting.push(index);
  }
  return counts;
}

/** The spans that are seen when those in `folded` (ids, as positions change while a trace still fills) hide what is below them. */
export function visibleRows(
  spans: readonly TreeSpan[],
  counts: readonly number[],
  folded: ReadonlySet<string>,
): TreeRow[] {
  const rows: TreeRow[] = [];
  for (let index = 0; index < spans.length; index++) {
    const descendant_count = counts[index] ?? 0;
    const is_folded = descendant_count > 0 && folded.has(spans[index]?.span_id ?? "");
    rows.push({ index, descendant_count, is_folded });
    if (is_folded) index += descendant_count;
  }
  return rows;
}

/** Position of the span that `index` hangs under; -1 for a root. */
export function parentOf(spans: readonly TreeSpan[], index: number): number {
  const depth = spans[index]?.depth ?? 0;
  for (let before = index - 1; before >= 0; before--) {
    if ((spans[before]?.depth ?? 0) < depth) return before;
  }
  return -1;
}

/** Ids of the spans above `index`, the nearest first. */
export function ancestorsOf(spans: readonly TreeSpan[], index: number): string[] {
  const ids: string[] = [];
  for (let above = parentOf(spans, index); above >= 0; above = parentOf(spans, above)) {
    ids.push(spans[above]?.span_id ?? "");
  }
  return ids;
}
