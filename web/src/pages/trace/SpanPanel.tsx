/** What the chosen span says: figures, messages, attributes, events, logs and the row as it is stored. */

import { Tabs } from "@mantine/core";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { oneSpan, traceLogs } from "../../api/queries";
import type { SpanNode, Trace } from "../../api/types";
import { EventList } from "../../components/EventList";
import { FactList } from "../../components/FactList";
import { KindSign } from "../../components/KindSign";
import { LogList } from "../../components/LogList";
import { LongText } from "../../components/LongText";
import { ErrorNotice } from "../../components/Notice";
import { SpanConversation } from "../../components/SpanConversation";
import { SpanFigures } from "../../components/SpanFigures";
import { prettyJson } from "../../lib/messages";
import { attributesOf, eventsOf, identityOf, parametersOf, resourceOf, textOf } from "../../lib/spanFacts";
import { kindOf } from "../../lib/spanKind";
import { logRange } from "./logRange";
import styles from "./SpanPanel.module.css";

interface SpanPanelProps {
  trace: Trace;
  span: SpanNode;
  project: string | undefined;
}

export function SpanPanel({ trace, span, project }: SpanPanelProps) {
  const [tab, setTab] = useState<string | null>("conversation");
  const detail = useQuery(oneSpan(trace.trace_id, span.span_id, project));
  const { start, end } = logRange(trace.summary.start_time, trace.summary.duration_ns);
  const logs = useQuery({ ...traceLogs(trace.trace_id, project, start, end), placeholderData: keepPreviousData });
  const columns = detail.data ?? {};
  const events = eventsOf(columns);
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
      <SpanFigures span={span} columns={columns} />
      {detail.error ? (
        <ErrorNotice error={detail.error} />
      ) : (
        <Tabs
          value={tab}
          onChange={setTab}
          className={styles.tabs}
          keepMounted={false}
          data-stale={detail.isPlaceholderData || undefined}
        >
          <Tabs.List>
            <Tabs.Tab value="conversation">{span.is_model_call ? "Messages" : "Input & output"}</Tabs.Tab>
            <Tabs.Tab value="attributes">Attributes</Tabs.Tab>
            <Tabs.Tab value="events">Events{events.length > 0 && ` ${events.length}`}</Tabs.Tab>
            <Tabs.Tab value="logs">Logs{logs.data && logs.data.length > 0 && ` ${logs.data.length}`}</Tabs.Tab>
            <Tabs.Tab value="raw">JSON</Tabs.Tab>
          </Tabs.List>
          <Tabs.Panel value="conversation">
            <SpanConversation columns={columns} isLoading={detail.isPending} />
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
            {logs.error ? <ErrorNotice error={logs.error} /> : <LogList logs={logs.data} spanId={span.span_id} />}
          </Tabs.Panel>
          <Tabs.Panel value="raw">
            <LongText text={prettyJson(columns)} isCode />
          </Tabs.Panel>
        </Tabs>
      )}
    </section>
  );
}
