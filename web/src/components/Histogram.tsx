/** Spans over time as small bars, the failed part of each in red; drawn by hand, since a chart library would weigh more than the page. */

import { formatCount, formatDuration } from "../lib/format";
import { formatMoment, toMilliseconds } from "../lib/time";
import styles from "./Histogram.module.css";
import { useTimeZone } from "./timeZone";

interface HistogramProps {
  times: readonly string[];
  counts: readonly number[];
  errors: readonly number[];
  interval_s: number;
  now_ms: number;
}

export function Histogram({ times, counts, errors, interval_s, now_ms }: HistogramProps) {
  const zone = useTimeZone();
  const most = Math.max(1, ...counts);
  return (
    <div className={styles.histogram} role="img" aria-label={describe(counts, errors, interval_s)}>
      {times.map((time, index) => {
        const count = counts[index] ?? 0;
        const failed = Math.min(errors[index] ?? 0, count);
        return (
          <div
            key={time}
            className={styles.slot}
            title={`${formatMoment(toMilliseconds(time), zone, now_ms)}: ${formatCount(count)} spans, ${formatCount(failed)} failed`}
          >
            <div className={styles.bar} style={{ height: height(count, most) }}>
              {failed > 0 && <div className={styles.failed} style={{ height: height(failed, count) }} />}
            </div>
          </div>
        );
      })}
    </div>
  );
}

/** A share of the height in percent; what is more than nothing is seen. */
function height(count: number, most: number): string {
  return count === 0 ? "0" : `max(2px, ${(100 * count) / most}%)`;
}

function describe(counts: readonly number[], errors: readonly number[], interval_s: number): string {
  const sum = (values: readonly number[]) => formatCount(values.reduce((total, value) => total + value, 0));
  return `Spans over time, one bar for ${formatDuration(interval_s * 1e9)}: ${sum(counts)} spans, ${sum(errors)} failed`;
}
