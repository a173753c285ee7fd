/** The time axis of a trace: where a bar begins, how wide it is, and which round times get a line. */

/** A stretch of the axis in percent of its width. */
export interface Stretch {
  left_percent: number;
  width_percent: number;
}

interface TimedSpan {
  start_offset_ns: number;
  duration_ns: number;
}

/** The axis of a trace: from its earliest start (which clock skew can put before the root) to its latest end. */
export function axisOf(spans: readonly TimedSpan[]): { start_ns: number; length_ns: number } {
  let start_ns = Number.POSITIVE_INFINITY;
  let end_ns = Number.NEGATIVE_INFINITY;
  for (const span of spans) {
    start_ns = Math.min(start_ns, span.start_offset_ns);
    end_ns = Math.max(end_ns, span.start_offset_ns + span.duration_ns);
  }
  return Number.isFinite(start_ns)
    ? { start_ns, length_ns: Math.max(end_ns - start_ns, 1) }
    : { start_ns: 0, length_ns: 1 };
}

/** Where a span lies on an axis. */
export function placeSpan(span: TimedSpan, axis: { start_ns: number; length_ns: number }): Stretch {
  return {
    left_percent: (100 * (span.start_offset_ns - axis.start_ns)) / axis.length_ns,
    width_percent: (100 * span.duration_ns) / axis.length_ns,
  };
}

/** Round times (ns) to mark on an axis of `length_ns`, at most `count` steps of 1, 2 or 5 times a power of ten. */
export function axisTicks(length_ns: number, count: number): number[] {
  const least = length_ns / Math.max(count, 1);
  const power = 10 ** Math.floor(Math.log10(Math.max(least, 1)));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((candidate) => candidate >= least) ?? least;
  return Array.from({ length: Math.floor(length_ns / step) + 1 }, (_, index) => index * step);
}

/** Stretches as they are drawn: what begins less than a pixel or so after the one before it is drawn as one with it.
 *
 * @param stretches in order of time, ns from the start of the trace
 */
export function drawnStretches(
  stretches: readonly { start_ns: number; end_ns: number }[],
  axis: { start_ns: number; length_ns: number },
): Stretch[] {
  const least_ns = axis.length_ns / 500;
  const drawn: { start_ns: number; end_ns: number }[] = [];
  for (const stretch of stretches) {
    const last = drawn.at(-1);
    if (last && stretch.start_ns - last.end_ns < least_ns) last.end_ns = Math.max(last.end_ns, stretch.end_ns);
    else drawn.push({ ...stretch });
  }
  return drawn.map(({ start_ns, end_ns }) =>
    placeSpan({ start_offset_ns: start_ns, duration_ns: end_ns - start_ns }, axis),
  );
}
