/** The strip above the list: what the chosen range adds up to. */

import type { Usage } from "../api/types";
import { estimateNote } from "../lib/estimate";
import {
  formatCost,
  formatCount,
  formatDuration,
  formatPlural,
  formatShare,
  formatShortCount,
  UNKNOWN,
} from "../lib/format";
import { totalsOf } from "../lib/usageTotals";
import styles from "./Totals.module.css";

export function Totals({ usage }: { usage: Usage | undefined }) {
  const totals = usage && totalsOf(usage.series, usage.times.length);
  const estimate = estimateNote(usage?.sampled_share);
  const unpriced = totals?.unpriced_count ?? 0;
  return (
    <section className={styles.totals} aria-label="Totals of the range">
      <Total
        label="Model calls"
        value={formatShortCount(totals?.model_call_count)}
        title={`${formatCount(totals?.model_call_count)} model calls among ${formatCount(totals?.span_count)} spans`}
      />
      <Total
        label="Errors"
        value={totals && totals.span_count > 0 ? formatShare(totals.error_count / totals.span_count) : UNKNOWN}
        title={`${formatCount(totals?.error_count)} of ${formatCount(totals?.span_count)} spans failed`}
        isBad={(totals?.error_count ?? 0) > 0}
      />
      <Total
        label="Tokens in / out"
        value={`${formatShortCount(totals?.input_tokens)} / ${formatShortCount(totals?.output_tokens)}`}
        title={`${formatCount(totals?.input_tokens)} in, ${formatCount(totals?.output_tokens)} out`}
      />
      <Total
        label="Cost"
        value={formatCost(totals?.cost_usd)}
        title={
          unpriced > 0 ? `Without ${formatPlural(unpriced, "call")} whose model has no price` : "Of all model calls"
        }
        note={unpriced > 0 ? `+ ${formatShortCount(unpriced)} unpriced` : undefined}
      />
      <Total
        label={totals?.model_call_count === 0 ? "Duration p95" : "Call p95"}
        value={formatDuration(totals?.duration_p95_ns)}
        title={`Half take at most ${formatDuration(totals?.duration_p50_ns)}, 95% at most ${formatDuration(totals?.duration_p95_ns)}`}
      />
      <Total
        label="First token p95"
        value={formatDuration(totals?.time_to_first_token_p95_ns)}
        title={`Half come within ${formatDuration(totals?.time_to_first_token_p50_ns)}, 95% within ${formatDuration(totals?.time_to_first_token_p95_ns)}`}
      />
      {estimate && <p className={styles.estimate}>{estimate}</p>}
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
