/** Observations that say which trace they came from: the way from a number to its cause. */

import { Link } from "@tanstack/react-router";
import { useState } from "react";
import type { MetricSeries } from "../../api/types";
import { useTimeZone } from "../../components/timeZone";
import { formatPlural, formatValue } from "../../lib/format";
import { lineName, type MetricsSearch } from "../../lib/metricQueries";
import { keepRange } from "../../lib/search";
import { formatInstant, formatMoment, toMilliseconds } from "../../lib/time";
import styles from "./Metrics.module.css";

/** Exemplars that are shown before the reader asks for all. */
const FEW = 5;

interface ExemplarsProps {
  data: MetricSeries | undefined;
  /** Start of the bucket of time that was picked in the chart; null for all. */
  picked: string | null;
  search: MetricsSearch;
  onAll: () => void;
}

export function Exemplars({ data, picked, search, onAll }: ExemplarsProps) {
  const zone = useTimeZone();
  const [isWhole, setWhole] = useState(false);
  if (!data || data.exemplars.length === 0) return null;
  const from_ms = picked === null ? 0 : toMilliseconds(picked);
  const isIn = (time: string) =>
    picked === null || (toMilliseconds(time) >= from_ms && toMilliseconds(time) < from_ms + data.interval_s * 1000);
  const found = data.exemplars
    .filter(({ time }) => isIn(time))
    .sort((one, other) => (other.value ?? 0) - (one.value ?? 0));
  const shown = isWhole ? found : found.slice(0, FEW);
  return (
    <div className={styles.exemplars}>
      <h3>
        {picked === null
          ? `Traces behind it: the largest of the ${formatPlural(found.length, "newest exemplar")}`
          : `Traces behind ${formatMoment(from_ms, zone)}`}
        {picked !== null && (
          <button type="button" className={styles.link} onClick={onAll}>
            All times
          </button>
        )}
      </h3>
      {found.length === 0 && <p className={styles.note}>No exemplar was reported then.</p>}
      <ul>
        {shown.map(({ time, value, trace_id, span_id, group }) => (
          <li key={`${time} ${trace_id} ${span_id} ${value}`}>
            <Link
              to="/traces/$traceId"
              params={{ traceId: trace_id }}
              search={{ ...keepRange(search), span: span_id || undefined }}
            >
              {formatValue(value, data.metric.unit)}
            </Link>
            <time>{formatInstant(time, zone)}</time>
            <span>{lineName(group, null, "")}</span>
          </li>
        ))}
      </ul>
      {found.length > FEW && (
        <button type="button" className={styles.link} onClick={() => setWhole(!isWhole)}>
          {isWhole ? "Fewer" : `All ${found.length}`}
        </button>
      )}
    </div>
  );
}
