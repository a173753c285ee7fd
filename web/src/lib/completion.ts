/** What may be written at the cursor of a filter: a field's name, an operator's value, or nothing that anybody could guess. */

import { scanFilter } from "./filterText";
import { quoteValue } from "./search";

/** What a filter is over. */
export type FilterTable = "spans" | "logs" | "metric_points";

/** A field of the vocabulary. */
export interface FilterField {
  name: string;
  /** Shorter name that means the same; empty when there is none. */
  short_name: string;
  /** ClickHouse type. */
  type: string;
  unit: string;
  brief: string;
}

/** Where the cursor stands. */
export interface CursorContext {
  kind: "field" | "value";
  /** Field whose value is typed; empty for a field's name. */
  field: string;
  operator: string;
  /** What is typed already, without its opening quote. */
  typed: string;
  /** The part of the filter that a suggestion replaces. */
  from: number;
  to: number;
  isInList: boolean;
}

export interface Suggestion {
  /** What is shown. */
  label: string;
  /** What is written. */
  insert: string;
  /** What it means, or how often it occurs. */
  detail: string;
  count?: number;
}

/** Most suggestions that are shown. */
export const MOST_SUGGESTIONS = 12;

/** Values to begin with, for fields whose values nobody can list. */
const EXAMPLES: readonly [unit: string, values: readonly string[]][] = [
  ["ns", ["100ms", "500ms", "1s", "5s", "30s"]],
  ["USD", ["0.001", "0.01", "0.1", "1"]],
  ["tokens", ["100", "1000", "10000"]],
];
const TIME_EXAMPLES = ["-15m", "-1h", "-24h"];

/** What the cursor stands at; null within a phrase, where only the reader knows what comes. */
export function contextAt(text: string, cursor: number): CursorContext | null {
  const term = scanFilter(text).terms.find((it) => it.from <= cursor && cursor <= it.to);
  if (term === undefined)
    return { kind: "field", field: "", operator: "", typed: "", from: cursor, to: cursor, isInList: false };
  const start = text.slice(term.from, term.nameTo).startsWith("-") ? term.from + 1 : term.from;
  if (cursor <= term.nameTo) {
    if (text[start] === '"' || cursor < start) return null;
    return {
      kind: "field",
      field: "",
      operator: "",
      typed: text.slice(start, cursor),
      from: start,
      to: term.nameTo,
      isInList: false,
    };
  }
  if (term.field === null || cursor < term.nameTo + term.operator.length) return null;
  const value = term.values.find((it) => it.from <= cursor && cursor <= it.to);
  const isInList = text[term.nameTo + term.operator.length] === "(";
  const at = { kind: "value", field: term.field, operator: term.operator, isInList } as const;
  if (value === undefined)
    return term.values.length === 0 && !isInList ? { ...at, typed: "", from: cursor, to: cursor } : null;
  const written = text.slice(value.from, cursor);
  return { ...at, typed: written.replace(/^~?"/, ""), from: value.from, to: value.to };
}

/** The filter with a suggestion written at the cursor's place, and where the cursor then stands. */
export function complete(text: string, context: CursorContext, insert: string): { text: string; cursor: number } {
  const after = text.slice(context.to);
  const hasOperator = context.kind === "field" && /^\s*:?(?:!=|<=|>=|[<>=])|^\s*:/.test(after);
  const written = hasOperator ? insert.replace(/[:<>=]+$/, "") : insert;
  const isEnded = context.kind === "value" && !context.isInList && !/^\s/.test(after);
  const filled = written + (isEnded ? " " : "");
  return { text: text.slice(0, context.from) + filled + after, cursor: context.from + filled.length };
}

/** Fields whose names fit what is typed: those that begin with it before those that contain it. */
export function suggestFields(
  fields: readonly FilterField[],
  attributes: readonly { name: string; count: number }[],
  typed: string,
  table: FilterTable = "spans",
): Suggestion[] {
  const wanted = typed.toLowerCase();
  const pseudo = PSEUDO_FIELDS.filter(({ tables }) => tables.includes(table));
  const plain = fields.filter(({ name }) => !pseudo.some(({ label }) => label === name));
  const known = [...plain.map(ofField), ...pseudo];
  const rank = ({ label, insert }: Suggestion) => {
    const names = [insert.replace(/[:<>=]+$/, ""), label].map((name) => name.toLowerCase());
    if (names.some((name) => name.startsWith(wanted))) return 0;
    return names.some((name) => name.includes(wanted)) ? 1 : 2;
  };
  const own = attributes
    .filter(({ name }) => name.toLowerCase().includes(wanted))
    .map(({ name, count }) => ({ label: name, insert: `${fieldText(name)}:`, detail: "attribute that occurs", count }));
  const ranked = known.map((it, index) => ({ it, index, rank: rank(it) })).filter((it) => it.rank < 2);
  ranked.sort((one, other) => one.rank - other.rank || one.index - other.index);
  const found = ranked.map(({ it }) => it);
  // room is kept for attributes, which come after some forty fields
  const kept = wanted.includes(".") ? 0 : MOST_SUGGESTIONS - Math.min(4, own.length);
  return [...found.slice(0, Math.max(kept, MOST_SUGGESTIONS - own.length)), ...own].slice(0, MOST_SUGGESTIONS);
}

/** Values for the context: those that occur, the truths, or examples. */
export function suggestValues(
  context: CursorContext,
  field: FilterField | undefined,
  values: readonly { value: string; count: number }[],
): Suggestion[] {
  const fitting = (text: string) => text.toLowerCase().startsWith(context.typed.toLowerCase());
  if (values.length > 0)
    return values
      .slice(0, MOST_SUGGESTIONS)
      .map(({ value, count }) => ({ label: value, insert: quoteValue(value), detail: "", count }));
  return examplesOf(field)
    .filter(fitting)
    .map((value) => ({ label: value, insert: value, detail: "for example" }));
}

/** Whether the server can say which values a field has; a number's are of no use. */
export function hasListedValues(field: FilterField | undefined, name: string): boolean {
  if (name === "error" || name.startsWith("attributes.") || name.startsWith("resource.")) return true;
  if (field === undefined) return false;
  return ["text", "bool"].includes(kindOf(field)) && !field.type.startsWith("Array(") && !field.brief.includes("JSON");
}

/** The field that a name in a filter stands for. */
export function findField(fields: readonly FilterField[], name: string): FilterField | undefined {
  return fields.find((field) => field.name === name || field.short_name === name);
}

const PSEUDO_FIELDS: readonly (Suggestion & { tables: readonly FilterTable[] })[] = [
  { label: "error", insert: "error:true", detail: "what failed", tables: ["spans", "logs"] },
  { label: "tokens", insert: "tokens>", detail: "input and output tokens together", tables: ["spans"] },
  {
    label: "has",
    insert: "has:",
    detail: "the field is there: has:session",
    tables: ["spans", "logs", "metric_points"],
  },
  { label: "text", insert: 'text:"', detail: "all of these words, anywhere in the text", tables: ["spans", "logs"] },
];

function ofField(field: FilterField): Suggestion {
  const name = field.short_name || field.name;
  const kind = kindOf(field);
  const label = name === field.name ? name : `${name} (${field.name})`;
  return { label, insert: name + (kind === "number" || kind === "time" ? ">" : ":"), detail: field.brief };
}

function examplesOf(field: FilterField | undefined): readonly string[] {
  if (field === undefined) return [];
  if (kindOf(field) === "bool") return ["true", "false"];
  if (kindOf(field) === "time") return TIME_EXAMPLES;
  return EXAMPLES.find(([unit]) => unit === field.unit)?.[1] ?? [];
}

function kindOf({ type }: FilterField): "text" | "number" | "bool" | "time" {
  if (type.includes("String")) return "text";
  if (type.includes("DateTime")) return "time";
  return type.includes("Bool") ? "bool" : "number";
}

function fieldText(name: string): string {
  return /^[A-Za-z_][^\s()",:=!<>]*$/.test(name) ? name : `"${name.replace(/[\\"]/g, "\\$&")}"`;
}
