/** What went into a span and what came out: messages of a model call, arguments of a tool, documents, or plain values. */

import { Skeleton } from "@mantine/core";
import type { ReactNode } from "react";
import { prettyJson, readMessages } from "../lib/messages";
import { type Columns, textOf } from "../lib/spanFacts";
import { Chat } from "./Chat";
import { LongText } from "./LongText";
import styles from "./SpanConversation.module.css";
import { useTextView } from "./textView";

const SENT: readonly [column: string, title: string][] = [
  ["system_instructions", "System instructions"],
  ["input_messages", "Input messages"],
  ["output_messages", "Output messages"],
];

const VALUES: readonly [column: string, title: string][] = [
  ["retrieval_query", "Searched for"],
  ["tool_call_arguments", "Arguments"],
  ["tool_call_result", "Result"],
  ["retrieval_documents", "Documents"],
  ["input_value", "Input"],
  ["output_value", "Output"],
];

/** Whether a span has any text that could be shown in one way or another. */
export function hasTexts(columns: Columns): boolean {
  return [...SENT, ...VALUES].some(([column]) => textOf(columns, column) !== "");
}

export function SpanConversation({ columns, isLoading }: { columns: Columns; isLoading: boolean }) {
  const view = useTextView();
  if (isLoading) return <Skeleton height={72} mt="xs" />;
  const input = [
    ...readMessages(columns.system_instructions, "system"),
    ...readMessages(columns.input_messages, "user"),
  ];
  const output = readMessages(columns.output_messages, "assistant");
  const values = VALUES.filter(([column]) => textOf(columns, column) !== "");
  // what the messages say already, in the form that the instrumentation sent it
  const isRepeated = ([column]: readonly [string, string]) =>
    (column === "input_value" && input.length > 0) || (column === "output_value" && output.length > 0);
  const repeated = values.filter(isRepeated);
  const plain = values.filter((value) => !isRepeated(value));
  const tools = textOf(columns, "tool_definitions");
  if (input.length === 0 && output.length === 0 && values.length === 0) {
    return (
      <p className={styles.nothing}>
        This span carries no messages. Many instrumentations send them only when told to capture content.
      </p>
    );
  }
  if (view === "json") return <AsJson columns={columns} />;
  return (
    <div className={styles.conversation}>
      <Chat messages={[...input, ...output]} />
      {plain.map(([column, title]) => (
        <Value key={column} title={title}>
          <ValueText value={columns[column]} />
        </Value>
      ))}
      {repeated.map(([column, title]) => (
        <Folded key={column} title={`${title} as sent`} text={prettyJson(columns[column])} />
      ))}
      {tools !== "" && <Folded title="Tools offered to the model" text={prettyJson(tools)} />}
    </div>
  );
}

/** Messages and values as they are stored. */
function AsJson({ columns }: { columns: Columns }) {
  const held = [...SENT, ...VALUES].filter(([column]) => textOf(columns, column) !== "");
  return (
    <div className={styles.conversation}>
      {held.map(([column, title]) => (
        <Value key={column} title={title}>
          <LongText text={prettyJson(columns[column])} isCode />
        </Value>
      ))}
    </div>
  );
}

/** A value that is text is read as such; any other is JSON. */
function ValueText({ value }: { value: unknown }) {
  const isMarkdown = useTextView() === "markdown" && typeof value === "string";
  return <LongText text={prettyJson(value)} isCode={!isMarkdown} isMarkdown={isMarkdown} />;
}

/** What few readers want, a click away. */
function Folded({ title, text }: { title: string; text: string }) {
  return (
    <details className={styles.folded}>
      <summary>{title}</summary>
      <LongText text={text} isCode />
    </details>
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
