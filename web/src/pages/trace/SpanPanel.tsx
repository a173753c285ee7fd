/** What the chosen span says: figures, messages, attributes, events, logs, scores and the row as it is stored. */

import { SegmentedControl, Tabs } from "@mantine/core";
import { keepPreviousData, type UseQueryResult, useQuery } from "@tanstack/react-query";
import { traceLogs } from "../../api/queries";
import { traceScores } from "../../api/scores";
import type { SpanNode, Trace } from "../../api/types";
import { EventList } from "../../components/EventList";
import { FactList } from "../../components/FactList";
import { KindSign } from "../../components/KindSign";
import { LogList } from "../../components/LogList";
import { LongText } from "../../components/LongText";
import { ErrorNotice } from "../../components/Notice";
import { hasTexts, SpanConversation } from "../../components/SpanConversation";
import { SpanFigures } from "../../components/SpanFigures";
import { StreamTimeline } from "../../components/StreamTimeline";
import { type TextView, TextViewContext } from "../../components/textView";
import type { TraceSearch } from "../../lib/search";
import {
  attributesOf,
  type Columns,
  eventsOf,
  identityOf,
  numberOf,
  parametersOf,
  resourceOf,
  textOf,
} from "../../lib/spanFacts";
import { kindOf } from "../../lib/spanKind";
import type { Stream } from "../../lib/stream";
import { JsonPanel } from "./JsonPanel";
import { logRange } from "./logRange";
import { ScorePanel } from "./ScorePanel";
import { ServingPanel } from "./ServingPanel";
import styles from "./SpanPanel.module.css";
import { TokenPanel } from "./TokenPanel";

interface SpanPanelProps {
  trace: Trace;
  span: SpanNode;
  detail: UseQueryResult<Columns>;
  stream: Stream | null;
  /** How much of the critical path the span itself is, ns; null while the path is not marked. */
  critical_ns: number | null;
  search: TraceSearch;
  onSearch: (patch: Partial<TraceSearch>) => void;
  /** Choose the span with this id. */
  onChooseId: (span_id: string) => void;
}

export function SpanPanel(props: SpanPanelProps) {
  const { trace, span, detail, stream, critical_ns } = props;
  const columns = detail.data ?? {};
  // the tree's copy may be cut, and is there before the whole one
  const message = textOf(detail.isPlaceholderData ? {} : columns, "status_message") || span.status_message;
  return (
    <section className={styles.panel} aria-label="Chosen span" aria-busy={detail.isFetching}>
      <div className={styles.head}>
        <KindSign kind={kindOf(span)} />
        <h2>{span.name || "(no name)"}</h2>
        {span.model && <span className={styles.model}>{span.model}</span>}
      </div>
      {span.status_code === "error" && (
        <div className={styles.error}>
          <strong>{span.error_type || "Error"}</strong>
          {message && <LongText key={span.span_id} text={message} characters={280} />}
        </div>
      )}
      {span.marks.length > 0 && (
        <p className={styles.marks}>Odd about this span: {span.marks.join(", ").replaceAll("_", " ")}</p>
      )}
      <SpanFigures span={span} columns={columns} critical_ns={critical_ns} trace_ns={trace.summary.duration_ns} />
      {stream && <StreamTimeline stream={stream} duration_ns={span.duration_ns} />}
      {detail.error ? <ErrorNotice error={detail.error} /> : <SpanTabs {...props} columns={columns} />}
    </section>
  );
}

function SpanTabs({
  trace,
  span,
  detail,
  columns,
  search,
  onSearch,
  onChooseId,
}: SpanPanelProps & { columns: Columns }) {
  const { project } = search;
  const { start, end } = logRange(trace.summary.start_time, trace.summary.duration_ns);
  const logs = useQuery({ ...traceLogs(trace.trace_id, project, start, end), placeholderData: keepPreviousData });
  const scores = useQuery(traceScores(trace.trace_id, project));
  const events = eventsOf(columns);
  const token_count = numberOf(columns, "token_count") ?? 0;
  // a tab that this span lacks may still be chosen, from the one before
  const tab = search.tab === "tokens" && token_count === 0 ? undefined : search.tab;
  return (
    <Tabs
      value={tab ?? "conversation"}
      onChange={(tab) => onSearch({ tab: tab === null || tab === "conversation" ? undefined : tab })}
      className={styles.tabs}
      keepMounted={false}
      data-stale={detail.isPlaceholderData || undefined}
    >
      <Tabs.List>
        <Tabs.Tab value="conversation">{span.is_model_call ? "Messages" : "Input & output"}</Tabs.Tab>
        {token_count > 0 && <Counted value="tokens" label="Tokens" count={token_count} />}
        <Tabs.Tab value="attributes">Attributes</Tabs.Tab>
        <Counted value="events" label="Events" count={events.length} />
        <Counted value="logs" label="Logs" count={logs.data?.length} />
        <Counted value="scores" label="Scores" count={scores.data?.length} />
        <Tabs.Tab value="serving">Serving</Tabs.Tab>
        <Tabs.Tab value="raw">JSON</Tabs.Tab>
      </Tabs.List>
      <Tabs.Panel value="conversation">
        <Conversation columns={columns} isLoading={detail.isPending} search={search} onSearch={onSearch} />
      </Tabs.Panel>
      <Tabs.Panel value="tokens">
        <TokenPanel trace_id={trace.trace_id} span_id={span.span_id} project={project} />
      </Tabs.Panel>
      <Tabs.Panel value="attributes" className={styles.lists}>
        <FactList title="Parameters" facts={parametersOf(columns)} project={project} />
        <FactList title="About" facts={identityOf(columns)} project={project} />
        <FactList title="Attributes" facts={attributesOf(columns)} project={project} />
        <FactList title="Resource" facts={resourceOf(columns)} project={project} />
      </Tabs.Panel>
      <Tabs.Panel value="events">
        <EventList events={events} />
      </Tabs.Panel>
      <Tabs.Panel value="logs">
        {logs.error ? (
          <ErrorNotice error={logs.error} />
        ) : (
          <LogList logs={logs.data} spanId={span.span_id} onChooseId={onChooseId} />
        )}
      </Tabs.Panel>
      <Tabs.Panel value="scores">
        <ScorePanel trace={trace} span={span} project={project} />
      </Tabs.Panel>
      <Tabs.Panel value="serving">
        <ServingPanel trace_id={trace.trace_id} span_id={span.span_id} search={search} />
      </Tabs.Panel>
      <Tabs.Panel value="raw">
        <JsonPanel trace_id={trace.trace_id} span_id={span.span_id} project={project} />
      </Tabs.Panel>
    </Tabs>
  );
}

function Counted({ value, label, count }: { value: string; label: string; count: number | undefined }) {
  return (
    <Tabs.Tab value={value}>
      {label}
      {count !== undefined && count > 0 && ` ${count}`}
    </Tabs.Tab>
  );
}

interface ConversationProps {
  columns: Columns;
  isLoading: boolean;
  search: TraceSearch;
  onSearch: (patch: Partial<TraceSearch>) => void;
}

function Conversation({ columns, isLoading, search, onSearch }: ConversationProps) {
  const view: TextView = search.text ?? "markdown";
  return (
    <TextViewContext value={view}>
      {hasTexts(columns) && (
        <SegmentedControl
          size="xs"
          mb="xs"
          aria-label="How texts are shown"
          data={[
            { value: "markdown", label: "Markdown" },
            { value: "plain", label: "Plain" },
            { value: "json", label: "JSON" },
          ]}
          value={view}
          onChange={(text) => onSearch({ text: text === "plain" || text === "json" ? text : undefined })}
        />
      )}
      <SpanConversation columns={columns} isLoading={isLoading} />
    </TextViewContext>
  );
}
