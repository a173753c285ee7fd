/** Tool calls beside their results: what a message asks of a tool, and what a later one says came of it. */

import type { Message, Part } from "./messages";

export type PairedPart = Part | { kind: "tool_pair"; name: string; id: string; arguments: string; result: string };

export interface PairedMessage extends Omit<Message, "parts"> {
  parts: PairedPart[];
}

type Result = Extract<Part, { kind: "tool_result" }>;

/** Put each result beside the call of the same id; a message of which nothing else is left goes.
 *
 * Ids that come twice pair in order; a result whose call did not come before it stays where it is.
 */
export function pairTools(messages: readonly Message[]): PairedMessage[] {
  const resultOf = matchResults(messages.flatMap((message) => message.parts));
  const taken = new Set<Part>(resultOf.values());
  return messages
    .map((message) => ({
      ...message,
      parts: message.parts
        .filter((part) => !taken.has(part))
        .map((part): PairedPart => {
          const result = resultOf.get(part);
          return part.kind === "tool_call" && result ? { ...part, kind: "tool_pair", result: result.text } : part;
        }),
    }))
    .filter((message, at) => message.parts.length > 0 || messages[at]?.parts.length === 0);
}

/** The result of each call that has one. */
function matchResults(parts: readonly Part[]): Map<Part, Result> {
  const waiting = new Map<string, Part[]>();
  const found = new Map<Part, Result>();
  for (const part of parts) {
    if (part.kind === "tool_call" && part.id !== "") waiting.set(part.id, [...(waiting.get(part.id) ?? []), part]);
    if (part.kind !== "tool_result") continue;
    const call = waiting.get(part.id)?.shift();
    if (call) found.set(call, part);
  }
  return found;
}
