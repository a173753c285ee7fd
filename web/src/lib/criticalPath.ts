/** The critical path of a trace: at each moment the one span that the end of the trace waited for. */

/** What the path needs of a span; spans come depth first, children after their parent. */
export interface PathSpan {
  depth: number;
  start_offset_ns: number;
  duration_ns: number;
}

/** A stretch of the path that one span itself fills, ns from the start of the trace. */
export interface PathStretch {
  start_ns: number;
  end_ns: number;
}

export interface CriticalPath {
  /** Stretches of each span that is on the path, by its position, in order of time. */
  stretches: ReadonlyMap<number, readonly PathStretch[]>;
  /** Length of all stretches, ns. */
  length_ns: number;
}

/** Find the path by walking back from the end of each span: it waited for the child that ended last, before that for the
 * one that had ended when this child began, and so on; what no child fills is the span's own. What of a child lies outside
 * its parent (work that went on in the background) is not waited for.
 */
export function criticalPath(spans: readonly PathSpan[]): CriticalPath {
  const stretches = new Map<number, PathStretch[]>();
  let length_ns = 0;
  const children = childrenOf(spans);
  const roots = children.get(-1) ?? [];
  const waiting: { index: number; from_ns: number; to_ns: number }[] = [];
  const last_ns = roots.reduce((latest_ns, index) => Math.max(latest_ns, endOf(spans[index])), 0);
  walkBack(spans, roots, Number.NEGATIVE_INFINITY, last_ns, waiting);
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const { index, from_ns, to_ns } = next;
    const gaps = walkBack(spans, children.get(index) ?? [], from_ns, to_ns, waiting);
    if (gaps.length === 0) continue;
    stretches.set(index, gaps.reverse());
    length_ns += gaps.reduce((sum_ns, gap) => sum_ns + gap.end_ns - gap.start_ns, 0);
  }
  return { stretches, length_ns };
}

/** Choose the children that were waited for within a stretch of their parent, latest first; return what they leave of it. */
function walkBack(
  spans: readonly PathSpan[],
  children: readonly number[],
  from_ns: number,
  to_ns: number,
  chosen: { index: number; from_ns: number; to_ns: number }[],
): PathStretch[] {
  const clipped = children
    .map((index) => ({
      index,
      from_ns: Math.max(from_ns, spans[index]?.start_offset_ns ?? 0),
      to_ns: Math.min(to_ns, endOf(spans[index])),
    }))
    .filter((child) => child.from_ns < child.to_ns)
    .sort((one, other) => other.to_ns - one.to_ns || one.from_ns - other.from_ns);
  const gaps: PathStretch[] = [];
  let cursor_ns = to_ns;
  for (const child of clipped) {
    if (child.to_ns > cursor_ns) continue;
    if (child.to_ns < cursor_ns) gaps.push({ start_ns: child.to_ns, end_ns: cursor_ns });
    chosen.push(child);
    cursor_ns = child.from_ns;
  }
  if (Number.isFinite(from_ns) && from_ns < cursor_ns) gaps.push({ start_ns: from_ns, end_ns: cursor_ns });
  return gaps;
}

/** Positions of the children of each span; -1 stands for the trace. */
function childrenOf(spans: readonly PathSpan[]): Map<number, number[]> {
  const children = new Map<number, number[]>();
  const above: number[] = [];
  spans.forEach((span, index) => {
    above.length = Math.min(above.length, span.depth);
    const parent = above.at(-1) ?? -1;
    const siblings = children.get(parent);
    if (siblings) siblings.push(index);
    else children.set(parent, [index]);
    above.push(index);
  });
  return children;
}

function endOf(span: PathSpan | undefined): number {
  return span ? span.start_offset_ns + span.duration_ns : 0;
}
