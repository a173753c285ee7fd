/** What a span's columns say, sorted into the lists that its panel shows. */

import { formatCount, formatRate, formatShare } from "./format";
import { prettyJson } from "./messages";

/** Every column of a span under its name in the vocabulary. */
export type Columns = Readonly<Record<string, unknown>>;

/** A name and a value that are read together; `filter` is the field to look for others with the same value. */
export interface Fact {
  name: string;
  value: string;
  filter?: string;
}

/** Something that happened within a span. */
export interface SpanEvent {
  time: string;
  name: string;
  attributes: string;
}

const PARAMETERS: readonly [column: string, label: string][] = [
  ["request_temperature", "temperature"],
  ["request_top_p", "top p"],
  ["request_top_k", "top k"],
  ["request_max_tokens", "max tokens"],
  ["request_frequency_penalty", "frequency penalty"],
  ["request_presence_penalty", "presence penalty"],
  ["request_seed", "seed"],
  ["request_choice_count", "choices"],
  ["request_stop_sequences", "stop sequences"],
  ["is_streaming", "streaming"],
  ["finish_reasons", "finish reasons"],
  ["embedding_dimensions", "embedding dimensions"],
];

const IDENTITY: readonly [column: string, label: string][] = [
  ["provider_name", "provider"],
  ["request_model", "model asked for"],
  ["response_model", "model that answered"],
  ["response_id", "response id"],
  ["service_name", "service"],
  ["service_instance_id", "instance"],
  ["release", "release"],
  ["environment", "environment"],
  ["host_name", "host"],
  ["session_id", "session"],
  ["user_id", "user"],
  ["agent_name", "agent"],
  ["workflow_name", "workflow"],
  ["prompt_name", "prompt"],
  ["prompt_version", "prompt version"],
  ["tool_name", "tool"],
  ["tool_call_id", "tool call id"],
  ["tags", "tags"],
  ["kind", "span kind"],
  ["scope_name", "instrumentation"],
  ["scope_version", "instrumentation version"],
  ["convention", "read by convention"],
  ["span_id", "span id"],
  ["parent_span_id", "parent span id"],
];

/** A text column; empty when it is missing or no text. */
export function textOf(columns: Columns, name: string): string {
  const value = columns[name];
  return typeof value === "string" ? value : value == null ? "" : prettyJson(value);
}

/** A number column; null when it is missing or no number. */
export function numberOf(columns: Columns, name: string): number | null {
  const value = columns[name];
  return typeof value === "number" ? value : null;
}

/** Settings of the request and how it ended, those that were given. */
export function parametersOf(columns: Columns): Fact[] {
  return PARAMETERS.flatMap(([column, label]) => {
    const value = columns[column];
    // that a call did not stream is the normal case and no setting
    return value === false ? [] : factsOf(label, value, column);
  });
}

/** Who and what the span belongs to; each can be looked for. */
export function identityOf(columns: Columns): Fact[] {
  return IDENTITY.flatMap(([column, label]) => factsOf(label, columns[column], column));
}

/** How the tokens are made up, where the client said more than two numbers. */
export function tokenNotes(columns: Columns): string[] {
  const notes: [column: string, words: string, of: string][] = [
    ["cache_read_input_tokens", "read from cache", "input_tokens"],
    ["cache_creation_input_tokens", "written to cache", "input_tokens"],
    ["reasoning_output_tokens", "reasoning", "output_tokens"],
    ["audio_input_tokens", "audio in", "input_tokens"],
    ["audio_output_tokens", "audio out", "output_tokens"],
  ];
  return notes.flatMap(([column, words, of]) => {
    const count = numberOf(columns, column);
    const whole = numberOf(columns, of);
    if (count === null || count === 0) return [];
    return [`${formatCount(count)} ${words}${whole ? ` (${formatShare(count / whole)})` : ""}`];
  });
}

/** Output tokens a second after the first token, from the mean time of each. */
export function outputRate(columns: Columns): string {
  const each_ns = numberOf(columns, "time_per_output_token_ns");
  return each_ns === null || each_ns === 0 ? "" : formatRate(1e9 / each_ns).replace("/s", "tokens/s");
}

/** Attributes that no column took. */
export function attributesOf(columns: Columns): Fact[] {
  return mapOf(columns, "attributes", "attributes");
}

/** Attributes of what sent the span. */
export function resourceOf(columns: Columns): Fact[] {
  return mapOf(columns, "resource_attributes", "resource");
}

/** What happened within the span, in order. */
export function eventsOf(columns: Columns): SpanEvent[] {
  const events: unknown[] = Array.isArray(columns.events) ? columns.events : [];
  return events.map((event) => {
    const fields: Columns = typeof event === "object" && event !== null ? (event as Columns) : {};
    const attributes = prettyJson(fields.attributes);
    return {
      time: textOf(fields, "time"),
      name: textOf(fields, "name"),
      attributes: attributes === "{}" ? "" : attributes,
    };
  });
}

/** Entries of a map column; a key that the filter language can name is looked for as `prefix.KEY`. */
function mapOf(columns: Columns, column: string, prefix: string): Fact[] {
  const value = columns[column];
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value)
    .map(([name, inner]) => ({
      name,
      value: typeof inner === "string" ? inner : prettyJson(inner),
      ...(typeof inner !== "object" && /^[\w.\-/]+$/.test(name) ? { filter: `${prefix}.${name}` } : {}),
    }))
    .sort((one, other) => one.name.localeCompare(other.name));
}

/** A list cannot be looked for as a whole; its only item can. */
function factsOf(name: string, value: unknown, column: string): Fact[] {
  if (value == null || value === "" || (Array.isArray(value) && value.length === 0)) return [];
  if (!Array.isArray(value)) return [{ name, value: String(value), filter: column }];
  const fact = { name, value: value.join(", ") };
  return [value.length === 1 ? { ...fact, filter: column } : fact];
}
