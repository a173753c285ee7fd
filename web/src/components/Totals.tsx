/** The strip above the list: what the chosen range adds up to, and its course over time. */

import type { Usage } from "../api/types";
import { formatCost, formatCount, formatDuration, formatPlural, formatShare, formatShortCount } from "../lib/format";
import { Histogram } from "./Histogram";
import styles from "./Totals.module.css";

export function Totals({ usage, now_ms }: { usage: Usage | undefined; now_ms: number }) {
  const series = usage?.series[0];
  const total = series?.total ?? {};
  const isEmpty = usage !== undefined && series === undefined;
  const count = (name: string) => (isEmpty ? 0 : total[name]);
  const spans = count("span_count");
  const errors = count("error_count");
  const unpriced = count("unpriced_count") ?? 0;
  return (
    <section className={styles.totals} aria-label="Totals of the range">
      <Total label="Spans" value={formatShortCount(spans)} title={formatCount(spans)} />
      <Total
        label="Errors"
        value={spans ? formatShare((errors ?? 0) / spans) : formatCount(errors)}
        title={`${formatCount(errors)} of ${formatCount(spans)} spans`}
        isBad={(errors ?? 0) > 0}
      />
      <Total
        label="Tokens in / out"
        value={`${formatShortCount(count("input_tokens"))} / ${formatShortCount(count("output_tokens"))}`}
        title={`${formatCount(count("input_tokens"))} in, ${formatCount(count("output_tokens"))} out`}
      />
      <Total
        label="Cost"
        value={formatCost(count("cost_usd"))}
        title={
          unpriced > 0
            ? `Without ${formatPlural(unpriced, "call")} whose model has no price`
            : "All model calls have a price"
        }
        note={unpriced > 0 ? `+ ${formatShortCount(unpriced)} unpriced` : undefined}
      />
      <Total
        label="Duration p95"
        value={formatDuration(total.duration_p95_ns)}
        title={`p50 ${formatDuration(total.duration_p50_ns)}, p99 ${formatDuration(total.duration_p99_ns)}`}
      />
      <Total
        label="First token p95"
        value={formatDuration(total.time_to_first_token_p95_ns)}
        title={`p50 ${formatDuration(total.time_to_first_token_p50_ns)}`}
      />
      <Histogram
        times={usage?.times ?? []}
        counts={series?.values.span_count ?? []}
        errors={series?.values.error_count ?? []}
        interval_s={usage?.interval_s ?? 0}
        now_ms={now_ms}
      />
    </section>
  );
}

interface TotalProps {
  label: string;
  value: string;
  title?: string | undefined;
  note?: string | undefined;
  isBad?: boolean;
}

function Total({ label, value, title, note, isBad = false }: TotalProps) {
  return (
    <div className={styles.total} title={title}>
      <div className={styles.label}>{label}</div>
      <div className={isBad ? styles.bad : styles.value}>
        {value}
        {note && <span className={styles.note}>{note}</span>}
      </div>
    </div>
  );
}
