/** The trace in one line: what it was, when, and what it took. */

import { ActionIcon, CopyButton } from "@mantine/core";
import { IconArrowLeft, IconCheck, IconCopy } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import type { Trace } from "../../api/types";
import { Cost } from "../../components/Cost";
import { useTimeZone } from "../../components/timeZone";
import { formatCount, formatDuration, formatPlural } from "../../lib/format";
import { quoteValue } from "../../lib/search";
import { formatAgo, formatInstant, formatUtc } from "../../lib/time";
import { useNow } from "../useNow";
import styles from "./Trace.module.css";

export function TraceHeader({
  trace,
  project,
  onBack,
}: {
  trace: Trace;
  project: string | undefined;
  onBack: () => void;
}) {
  const { summary } = trace;
  const zone = useTimeZone();
  const now_ms = useNow();
  return (
    <header className={styles.header}>
      <div className={styles.titleLine}>
        <ActionIcon
          variant="subtle"
          color="gray"
          aria-label="Back to the list (Esc)"
          title="Back to the list (Esc)"
          onClick={onBack}
        >
          <IconArrowLeft size={18} />
        </ActionIcon>
        <h1>{summary.name || "(no name)"}</h1>
        {summary.error_count > 0 && <span className={styles.failed}>{formatPlural(summary.error_count, "error")}</span>}
        <span className={styles.id}>
          <span className={styles.idText}>{trace.trace_id}</span>
          <CopyButton value={trace.trace_id}>
            {({ copied, copy }) => (
              <ActionIcon variant="subtle" color="gray" size="sm" aria-label="Copy the trace id" onClick={copy}>
                {copied ? <IconCheck size={14} /> : <IconCopy size={14} />}
              </ActionIcon>
            )}
          </CopyButton>
        </span>
      </div>
      <dl className={styles.facts}>
        <Fact name="Started" title={formatUtc(summary.start_time)}>
          {formatInstant(summary.start_time, zone, now_ms)}{" "}
          <span className={styles.dim}>{formatAgo(summary.start_time, now_ms)}</span>
        </Fact>
        <Fact name="Duration">{formatDuration(summary.duration_ns)}</Fact>
        <Fact name="Spans">{formatCount(summary.span_count)}</Fact>
        <Fact name="Model calls">{formatCount(summary.model_call_count)}</Fact>
        <Fact name="Tokens">
          {formatCount(summary.input_tokens)} <span className={styles.dim}>in</span>{" "}
          {formatCount(summary.output_tokens)} <span className={styles.dim}>out</span>
        </Fact>
        <Fact name="Cost">
          <Cost
            cost_usd={summary.cost_usd}
            unpriced_count={summary.unpriced_count}
            call_count={summary.model_call_count}
          />
        </Fact>
        <Fact name="Service">
          <Others field="service_name" value={summary.service_name} project={project} />
          {summary.release && <span className={styles.dim}> {summary.release}</span>}
        </Fact>
        {summary.session_id && (
          <Fact name="Session">
            <Others field="session_id" value={summary.session_id} project={project} />
          </Fact>
        )}
        {summary.user_id && (
          <Fact name="User">
            <Others field="user_id" value={summary.user_id} project={project} />
          </Fact>
        )}
      </dl>
      {trace.is_truncated && (
        <p className={styles.warning}>
          Only the first {formatCount(trace.spans.length)} of {formatCount(summary.span_count)} spans are shown.
        </p>
      )}
      {summary.root_is_missing && (
        <p className={styles.warning}>The first span of this trace has not arrived; it may still come.</p>
      )}
    </header>
  );
}

function Fact({ name, title, children }: { name: string; title?: string; children: ReactNode }) {
  return (
    <div title={title}>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

/** A value that leads to the other traces that have it. */
function Others({ field, value, project }: { field: string; value: string; project: string | undefined }) {
  if (!value) return <>–</>;
  return (
    <Link to="/traces" search={{ project, filter: `${field}:${quoteValue(value)}` }} title="Traces with the same value">
      {value}
    </Link>
  );
}
