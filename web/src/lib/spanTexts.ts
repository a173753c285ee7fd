/** A span's texts in one piece, for two spans to be compared word by word. */

import { type Part, prettyJson, readMessages } from "./messages";
import { type Columns, textOf } from "./spanFacts";

export interface SpanTexts {
  input: string;
  output: string;
}

/** What went in and what came out; messages with their roles, else plain values. */
export function textsOf(columns: Columns): SpanTexts {
  const input = [
    ...readMessages(columns.system_instructions, "system"),
    ...readMessages(columns.input_messages, "user"),
  ];
  const output = readMessages(columns.output_messages, "assistant");
  return {
    input: written(input) || firstOf(columns, ["tool_call_arguments", "retrieval_query", "input_value"]),
    output: written(output) || firstOf(columns, ["tool_call_result", "retrieval_documents", "output_value"]),
  };
}

function written(messages: ReturnType<typeof readMessages>): string {
  return messages.map((message) => `${message.role}:\n${message.parts.map(partText).join("\n")}`).join("\n\n");
}

function partText(part: Part): string {
  switch (part.kind) {
    case "tool_call":
      return `calls ${part.name} ${part.arguments}`;
    case "tool_result":
      return `result ${part.text}`;
    case "image":
      return "(image)";
    default:
      return part.text;
  }
}

function firstOf(columns: Columns, names: readonly string[]): string {
  const name = names.find((one) => textOf(columns, one) !== "");
  return name === undefined ? "" : prettyJson(columns[name]);
}
