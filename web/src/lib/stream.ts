/** The course of a streamed answer: when its first and last token came, and its chunks where the client told of them. */

import { type Columns, numberOf, textOf } from "./spanFacts";

export interface Stream {
  /** From the start of the span to the first token, ns. */
  first_ns: number;
  /** From the start of the span to the last token, ns; the end of the span where no later chunk is known. */
  last_ns: number;
  /** Whether a chunk says when the last token came; else the end of the span stands for it. */
  is_last_known: boolean;
  /** From the start of the span to each chunk that an event tells of, ns, in order. */
  chunks_ns: readonly number[];
}

/** Names of events that tell of one chunk, in the conventions that Watchglass reads. */
const CHUNK_EVENTS = /(?:^|\.)chunk(?:\.|$)|^First Token Stream Event$|^ai\.stream\.firstChunk$/;

/** Read the course from a span's columns; null when it did not stream.
 *
 * @param columns every column of the span, `events` among them
 */
export function streamOf(columns: Columns): Stream | null {
  const duration_ns = numberOf(columns, "duration_ns") ?? 0;
  const start_ns = nanoseconds(textOf(columns, "start_time"));
  const events: unknown[] = Array.isArray(columns.events) ? columns.events : [];
  const chunks_ns = events
    .flatMap((event) => {
      const { name, time } = (event ?? {}) as { name?: unknown; time?: unknown };
      if (typeof name !== "string" || typeof time !== "string" || !CHUNK_EVENTS.test(name)) return [];
      const at_ns = nanoseconds(time);
      return at_ns === null || start_ns === null ? [] : [Number(at_ns - start_ns)];
    })
    .filter((at_ns) => at_ns >= 0 && at_ns <= duration_ns)
    .sort((one, other) => one - other);
  const first_ns = numberOf(columns, "time_to_first_token_ns") ?? chunks_ns[0];
  if (first_ns === undefined || duration_ns <= 0) return null;
  const last_chunk_ns = chunks_ns.length > 1 ? chunks_ns.at(-1) : undefined;
  return {
    first_ns: Math.min(first_ns, duration_ns),
    last_ns: last_chunk_ns ?? duration_ns,
    is_last_known: last_chunk_ns !== undefined,
    chunks_ns,
  };
}

/** Nanoseconds since 1970 of an RFC 3339 text in UTC; null when it is none. */
function nanoseconds(instant: string): bigint | null {
  const match = /^(.{19})(?:\.(\d{1,9}))?Z$/.exec(instant);
  const second_ms = match ? Date.parse(`${match[1]}Z`) : Number.NaN;
  if (match === null || Number.isNaN(second_ms)) return null;
  return BigInt(second_ms) * 1_000_000n + BigInt((match[2] ?? "").padEnd(9, "0"));
}
