/** What a text that somebody pasted into the command palette may name. */

import { quoteValue } from "./search";

/** A place to go to. */
export type Jump = { kind: "trace"; trace_id: string } | { kind: "traces"; title: string; filter: string };

/** Places that `text` may mean, the likeliest first; none for an empty text. */
export function readJumps(text: string): Jump[] {
  const word = text.trim();
  if (word === "") return [];
  // an id as people copy it: in capitals, or as the UUID that some libraries make of it
  const hex = word.toLowerCase().replaceAll("-", "");
  const isTrace = /^[0-9a-f]{32}$/.test(hex);
  const value = quoteValue(word);
  return [
    ...(isTrace ? [{ kind: "trace", trace_id: hex } as const] : []),
    { kind: "traces", title: "Traces of the session", filter: `session_id:${value}` },
    { kind: "traces", title: "Traces of the user", filter: `user_id:${value}` },
    { kind: "traces", title: "Traces with these words", filter: /\s/.test(word) ? quoteValue(word) : value },
  ];
}
