/** What went into a span and what came out: messages of a model call, arguments of a tool, documents, or plain values. */

import { Skeleton } from "@mantine/core";
import type { ReactNode } from "react";
import { prettyJson, readMessages } from "../lib/messages";
import { type Columns, textOf } from "../lib/spanFacts";
import { Chat } from "./Chat";
import { LongText } from "./LongText";
import styles from "./SpanConversation.module.css";

const VALUES: readonly [column: string, title: string][] = [
  ["retrieval_query", "Searched for"],
  ["tool_call_arguments", "Arguments"],
  ["tool_call_result", "Result"],
  ["retrieval_documents", "Documents"],
  ["input_value", "Input"],
  ["output_value", "Output"],
];

export function SpanConversation({ columns, isLoading }: { columns: Columns; isLoading: boolean }) {
  if (isLoading) return <Skeleton height={72} mt="xs" />;
  const input = [
    ...readMessages(columns.system_instructions, "system"),
    ...readMessages(columns.input_messages, "user"),
  ];
  const output = readMessages(columns.output_messages, "assistant");
  const values = VALUES.filter(([column]) => textOf(columns, column) !== "");
  const tools = textOf(columns, "tool_definitions");
  if (input.length === 0 && output.length === 0 && values.length === 0) {
    return (
      <p className={styles.nothing}>
        This span carries no messages. Many instrumentations send them only when told to capture content.
      </p>
    );
  }
  return (
    <div className={styles.conversation}>
      <Chat messages={[...input, ...output]} />
      {values.map(([column, title]) => (
        <Value key={column} title={title}>
          <LongText text={prettyJson(columns[column])} isCode />
        </Value>
      ))}
      {tools !== "" && (
        <details className={styles.tools}>
          <summary>Tools offered to the model</summary>
          <LongText text={prettyJson(tools)} isCode />
        </details>
      )}
    </div>
  );
}

function Value({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section className={styles.value}>
      <h3>{title}</h3>
      {children}
    </section>
  );
}
