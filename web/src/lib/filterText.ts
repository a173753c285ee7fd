/** The filter as text, read leniently while it is typed or toggled; the server's own parser says what it means.
 *
 * The signs are those of server/src/watchglass/query/filter.py.
 */

import { quoteValue } from "./search";

/** One value of a condition, as it stands in the text. */
export interface TermValue {
  /** Without quotes. */
  text: string;
  isPattern: boolean;
  from: number;
  to: number;
}

/** A word, a phrase, or a field with an operator and values. */
export interface Term {
  from: number;
  to: number;
  /** How many parentheses it stands in. */
  depth: number;
  isNegated: boolean;
  /** Null for a word or a phrase. */
  field: string | null;
  /** End of the field's name, or of the word. */
  nameTo: number;
  operator: string;
  values: TermValue[];
}

export interface Scan {
  terms: Term[];
  /** Whether an OR stands outside of parentheses. */
  isEither: boolean;
  /** Whether something is begun and not ended: a quote, a parenthesis, a condition without its value. */
  isUnfinished: boolean;
}

const WORD = /(?:[^\s()",:=!<>]|!(?!=))+/y;
const OPERATOR = /:?(?:!=|<=|>=|<|>|=)|:/y;
const BARE_VALUE = /[^\s()",]+/y;
const QUOTED = /"((?:[^"\\]|\\.)*)("|$)/sy;

/** Read all terms of a filter, whether or not it is one. */
export function scanFilter(text: string): Scan {
  const scanner = new Scanner(text);
  scanner.run();
  return { terms: scanner.terms, isEither: scanner.isEither, isUnfinished: scanner.isUnfinished };
}

/** The values that a filter asks for and rules out in a field, whichever of its names is written. */
export function chosenValues(filter: string, names: readonly string[]): { included: string[]; excluded: string[] } {
  const own = ownTerms(scanFilter(filter), names);
  const plain = (isNegated: boolean) =>
    own
      .filter((term) => (term.isNegated !== (term.operator === "!=")) === isNegated)
      .flatMap((term) => term.values.filter((value) => !value.isPattern).map((value) => value.text));
  return { included: plain(false), excluded: plain(true) };
}

/** The filter with a value of a field asked for, or no more asked for when it was. */
export function toggleValue(filter: string, names: readonly string[], value: string): string {
  const { included, excluded } = chosenValues(filter, names);
  const isChosen = included.includes(value);
  const wanted = isChosen ? included.filter((it) => it !== value) : [...included, value];
  return withValues(
    filter,
    names,
    wanted,
    excluded.filter((it) => it !== value),
  );
}

/** The filter with a value of a field ruled out, or no more ruled out when it was. */
export function toggleExcluded(filter: string, names: readonly string[], value: string): string {
  const { included, excluded } = chosenValues(filter, names);
  const isOut = excluded.includes(value);
  const unwanted = isOut ? excluded.filter((it) => it !== value) : [...excluded, value];
  return withValues(
    filter,
    names,
    included.filter((it) => it !== value),
    unwanted,
  );
}

/** The filter without the field's conditions that facets write. */
export function withoutField(filter: string, names: readonly string[]): string {
  return withValues(filter, names, [], []);
}

/** Put a condition behind a filter, so that both must hold. */
export function joinFilter(filter: string, condition: string): string {
  const before = filter.trim();
  if (before === "" || condition === "") return before + condition;
  return `${scanFilter(before).isEither ? `(${before})` : before} ${condition}`;
}

/** The field's own conditions at the top of the filter that are about whole values. */
function ownTerms(scan: Scan, names: readonly string[]): Term[] {
  if (scan.isEither) return [];
  return scan.terms.filter(
    (term) =>
      term.depth === 0 &&
      term.field !== null &&
      names.includes(term.field) &&
      [":", "=", ":=", "!=", ":!="].includes(term.operator) &&
      term.values.every((value) => !value.isPattern),
  );
}

function withValues(
  filter: string,
  names: readonly string[],
  included: readonly string[],
  excluded: readonly string[],
): string {
  const own = ownTerms(scanFilter(filter), names);
  const name = own[0]?.field ?? names[0] ?? "";
  let rest = filter;
  for (const term of own.toReversed()) rest = cut(rest, term);
  rest = own.length > 0 ? tidy(rest) : rest.trim();
  const conditions = [written("", name, included), written("-", name, excluded)].filter((it) => it !== "");
  return joinFilter(rest, conditions.join(" "));
}

function written(sign: string, name: string, values: readonly string[]): string {
  const field = /^[A-Za-z_][^\s()",:=!<>]*$/.test(name) ? name : `"${name.replace(/[\\"]/g, "\\$&")}"`;
  const texts = [...new Set(values)].map(quoteValue);
  return texts.length === 0 ? "" : `${sign}${field}:${texts.length === 1 ? texts[0] : `(${texts.join(",")})`}`;
}

/** The filter without a term, and without the AND that joined it to others. */
function cut(filter: string, { from, to }: Term): string {
  const before = filter.slice(0, from);
  const after = filter.slice(to);
  const joined = before.replace(/(^|\s)AND\s+$/, "$1");
  return joined === before ? `${before} ${after.replace(/^\s+AND(?=\s|$)/, "")}` : `${joined} ${after}`;
}

/** One space between what is left when terms were cut out; quotes stay as they are. */
function tidy(text: string): string {
  return (text.match(/"(?:[^"\\]|\\.)*"?|[^"]+/gs) ?? [])
    .map((part) => (part.startsWith('"') ? part : part.replace(/\s+/g, " ")))
    .join("")
    .trim();
}

class Scanner {
  readonly terms: Term[] = [];
  isEither = false;
  isUnfinished = false;
  #at = 0;
  #depth = 0;
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  run(): void {
    let negatedFrom: number | null = null;
    while (this.#at < this.#text.length) {
      const sign = this.#text[this.#at] ?? "";
      if (/\s/.test(sign)) this.#at++;
      else if (sign === "-" && /\S/.test(this.#text[this.#at + 1] ?? "")) negatedFrom = this.#at++;
      else if (sign === "(" || sign === ")") {
        this.#depth = Math.max(0, this.#depth + (sign === "(" ? 1 : -1));
        negatedFrom = null;
        this.#at++;
      } else {
        const term = this.#term();
        if (term === null) this.#at++;
        else if (term.field === null && term.values[0]?.text === "NOT" && !this.#isQuoted(term))
          negatedFrom ??= term.from;
        else if (term.field === null && /^(?:AND|OR)$/.test(term.values[0]?.text ?? "") && !this.#isQuoted(term)) {
          if (term.values[0]?.text === "OR" && this.#depth === 0) this.isEither = true;
        } else {
          this.terms.push({ ...term, isNegated: negatedFrom !== null, from: negatedFrom ?? term.from });
          negatedFrom = null;
        }
      }
    }
    this.isUnfinished ||= this.#depth > 0;
  }

  #term(): Term | null {
    const from = this.#at;
    const name = this.#quoted() ?? this.#match(WORD)?.[0];
    if (name === undefined) return null;
    const nameTo = this.#at;
    const operator = this.#match(OPERATOR)?.[0] ?? "";
    const base = { from, depth: this.#depth, isNegated: false, nameTo, operator };
    if (operator === "")
      return { ...base, to: nameTo, field: null, values: [{ text: name, isPattern: false, from, to: nameTo }] };
    const values = this.#values();
    if (values.length === 0 || values.some((value) => value.from === value.to)) this.isUnfinished = true;
    return { ...base, to: this.#at, field: name, values };
  }

  #values(): TermValue[] {
    if (this.#text[this.#at] !== "(") {
      const value = this.#value();
      return value === null ? [] : [value];
    }
    const values: TermValue[] = [];
    do {
      this.#at++;
      this.#match(/\s*/y);
      values.push(this.#value() ?? { text: "", isPattern: false, from: this.#at, to: this.#at });
      this.#match(/\s*/y);
    } while (this.#text[this.#at] === ",");
    if (this.#text[this.#at] === ")") this.#at++;
    else this.isUnfinished = true;
    return values;
  }

  #value(): TermValue | null {
    const from = this.#at;
    const isMarked = this.#text.startsWith('~"', from);
    if (isMarked) this.#at++;
    const quoted = this.#quoted();
    if (quoted !== undefined) return { text: quoted, isPattern: isMarked, from, to: this.#at };
    const bare = this.#match(BARE_VALUE)?.[0];
    return bare === undefined ? null : { text: bare, isPattern: bare.includes("*"), from, to: this.#at };
  }

  #quoted(): string | undefined {
    const match = this.#match(QUOTED);
    if (match === null) return undefined;
    if (match[2] === "") this.isUnfinished = true;
    return (match[1] ?? "").replace(/\\(["\\])/g, "$1");
  }

  #isQuoted(term: Term): boolean {
    return this.#text[term.from] === '"';
  }

  #match(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = this.#at;
    const match = pattern.exec(this.#text);
    if (match !== null) this.#at = pattern.lastIndex;
    return match;
  }
}
