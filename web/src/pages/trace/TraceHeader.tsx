/** The trace in one line: what it was, when, and what it took. */

import { ActionIcon, Button, VisuallyHidden } from "@mantine/core";
import { useClipboard } from "@mantine/hooks";
import { IconArrowLeft, IconArrowsDiff, IconCheck, IconLink } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { traceScores } from "../../api/scores";
import type { Score, Trace } from "../../api/types";
import { CopyIcon } from "../../components/CopyIcon";
import { Cost } from "../../components/Cost";
import { ScoreValue } from "../../components/ScoreList";
import { useTimeZone } from "../../components/timeZone";
import { formatCount, formatDuration, formatPlural } from "../../lib/format";
import { keepRange, quoteValue, type TraceSearch } from "../../lib/search";
import { formatAgo, formatInstant, formatUtc } from "../../lib/time";
import { useNow } from "../useNow";
import styles from "./Trace.module.css";

interface TraceHeaderProps {
  trace: Trace;
  search: TraceSearch;
  onBack: () => void;
  onShowScores: () => void;
}

export function TraceHeader({ trace, search, onBack, onShowScores }: TraceHeaderProps) {
  const { project } = search;
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
        <Scores trace_id={trace.trace_id} project={project} onShow={onShowScores} />
        <span className={styles.id}>
          <span className={styles.idText}>{trace.trace_id}</span>
          <CopyIcon value={trace.trace_id} label="Copy the trace id" />
        </span>
        <Button
          renderRoot={(props) => (
            <Link to="/traces/compare" search={{ ...keepRange(search), left: trace.trace_id }} {...props} />
          )}
          size="compact-xs"
          variant="default"
          leftSection={<IconArrowsDiff size={13} aria-hidden />}
        >
          Compare
        </Button>
        <Share />
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
            isLinked
          />
        </Fact>
        <Fact name="Service">
          <Others field="service_name" value={summary.service_name} project={project} />
          {summary.release && <span className={styles.dim}> {summary.release}</span>}
        </Fact>
        {summary.session_id && (
          <Fact name="Session">
            <Link to="/sessions/$sessionId" params={{ sessionId: summary.session_id }} search={keepRange(search)}>
              {summary.session_id}
            </Link>
          </Fact>
        )}
        {summary.user_id && (
          <Fact name="User">
            <Link to="/users/$userId" params={{ userId: summary.user_id }} search={keepRange(search)}>
              {summary.user_id}
            </Link>
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

/** Copies this page's address: the trace, the chosen span and how it is shown. */
function Share() {
  const { copied, copy } = useClipboard();
  return (
    <Button
      size="compact-xs"
      variant="default"
      leftSection={copied ? <IconCheck size={13} aria-hidden /> : <IconLink size={13} aria-hidden />}
      onClick={() => copy(window.location.href)}
    >
      {copied ? "Copied" : "Share"}
    </Button>
  );
}

/** Most scores that the head shows. */
const MOST_SHOWN = 3;

function Scores({ trace_id, project, onShow }: { trace_id: string; project: string | undefined; onShow: () => void }) {
  const scores = useQuery(traceScores(trace_id, project)).data ?? [];
  // of those who say the same again and again, the latest word counts
  const latest = [
    ...new Map(scores.toReversed().map((score: Score) => [`${score.name}/${score.span_id}`, score])).values(),
  ];
  if (latest.length === 0) return null;
  return (
    <button type="button" className={styles.scores} title="Show the scores" onClick={onShow}>
      <VisuallyHidden>Scores: </VisuallyHidden>
      {latest.slice(0, MOST_SHOWN).map((score) => (
        <span key={score.score_id}>
          {score.name} <ScoreValue score={score} />
        </span>
      ))}
      {latest.length > MOST_SHOWN && <span>+{latest.length - MOST_SHOWN}</span>}
    </button>
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
