/** One turn: the user's words, the tools, the answer, and what it took. Everything that was said is shown as text. */

import { IconAlertTriangle, IconTool } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import { useEffect, useMemo, useRef } from "react";
import type { Turn } from "../../api/people";
import { Chat } from "../../components/Chat";
import { Cost } from "../../components/Cost";
import { useTimeZone } from "../../components/timeZone";
import { formatDuration, formatShortCount } from "../../lib/format";
import { readMessages } from "../../lib/messages";
import { between_ns } from "../../lib/people";
import { formatUtc, splitInstant, toMilliseconds } from "../../lib/time";
import styles from "./Session.module.css";

interface TurnViewProps {
  turn: Turn;
  number: number;
  /** The turn before, whose day need not be said again. */
  before: Turn | undefined;
  isCurrent: boolean;
  project: string | undefined;
  onChoose: (trace_id: string) => void;
}

export function TurnView({ turn, number, before, isCurrent, project, onChoose }: TurnViewProps) {
  const { trace, tools, error } = turn;
  const ref = useRef<HTMLLIElement>(null);
  const zone = useTimeZone();
  useEffect(() => {
    if (isCurrent) ref.current?.scrollIntoView({ block: "nearest", behavior: "smooth" });
  }, [isCurrent]);
  const messages = useMemo(() => readMessages(turn.messages, "user"), [turn.messages]);
  const hasCalls = messages.some(({ parts }) => parts.some(({ kind }) => kind === "tool_call"));
  const { day, time } = splitInstant(trace.start_time, zone, before ? toMilliseconds(before.trace.start_time) : 0);
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: j and k choose as well, and the link is reached by Tab
    <li
      ref={ref}
      className={styles.turn}
      aria-current={isCurrent || undefined}
      data-turn={trace.trace_id}
      onClick={() => onChoose(trace.trace_id)}
    >
      <div className={styles.head}>
        <span className={styles.number}>{number}</span>
        <time dateTime={trace.start_time} title={formatUtc(trace.start_time)}>
          {day && `${day}, `}
          {time}
        </time>
        {before && (
          <span className={styles.pause}>
            after {formatDuration(between_ns(before.trace.start_time, trace.start_time))}
          </span>
        )}
        <span className={styles.name}>{trace.name}</span>
      </div>
      <div className={styles.bubbles}>
        {messages.length > 0 ? (
          <Chat messages={messages} />
        ) : (
          <p className={styles.silent}>No words were captured in this turn.</p>
        )}
      </div>
      {turn.is_cut && (
        <p className={styles.silent}>Some of it is too long to be replayed here; the trace has the whole.</p>
      )}
      {tools.length > 0 && <Tools tools={tools} isWhole={!hasCalls} trace_id={trace.trace_id} project={project} />}
      {error && (
        <p className={styles.error}>
          <IconAlertTriangle size={14} aria-hidden /> {error}
        </p>
      )}
      <div className={styles.foot}>
        <Cost cost_usd={trace.cost_usd} unpriced_count={trace.unpriced_count} call_count={trace.model_call_count} />
        <span>
          {formatShortCount(trace.input_tokens)} in, {formatShortCount(trace.output_tokens)} out
        </span>
        <span title="From the first span's start to the last one's end">{formatDuration(trace.duration_ns)}</span>
        {trace.time_to_first_token_ns !== null && (
          <span title="Time to first token">{formatDuration(trace.time_to_first_token_ns)} to first token</span>
        )}
        {trace.models.length > 0 && <span>{trace.models.join(", ")}</span>}
        <Link to="/traces/$traceId" params={{ traceId: trace.trace_id }} search={{ project }}>
          Open trace
        </Link>
      </div>
    </li>
  );
}

interface ToolsProps {
  tools: Turn["tools"];
  /** Whether arguments and results are told here, as the messages do not. */
  isWhole: boolean;
  trace_id: string;
  project: string | undefined;
}

function Tools({ tools, isWhole, trace_id, project }: ToolsProps) {
  return (
    <ul className={styles.tools} aria-label="Tools that ran">
      {tools.map((tool) => (
        <li key={tool.span_id} data-failed={tool.is_error || undefined}>
          <Link to="/traces/$traceId" params={{ traceId: trace_id }} search={{ project, span: tool.span_id }}>
            <IconTool size={13} aria-hidden /> {tool.name}
          </Link>
          <span>
            {formatDuration(tool.duration_ns)}
            {tool.is_error && " · failed"}
          </span>
          {isWhole && tool.arguments && <code>{tool.arguments}</code>}
          {(isWhole || tool.is_error) && tool.result && <code>→ {tool.result}</code>}
        </li>
      ))}
    </ul>
  );
}
