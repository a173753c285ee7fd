/** JSON whose whole numbers may be longer than a browser's numbers are exact. */

/** The reviver's third argument, which TypeScript's library does not know yet. */
type Reviver = (this: unknown, key: string, value: unknown, context?: { source?: string }) => unknown;
const parse = JSON.parse as (text: string, reviver: Reviver) => unknown;

/** Parse JSON, and keep whole numbers beyond 2^53 as text, digit by digit (browsers of 2024 and before round them).
 *
 * @throws SyntaxError when the text is not JSON
 */
export function parseExact(text: string): unknown {
  return parse(text, (_key, value, context) => {
    const isRounded = typeof value === "number" && Number.isInteger(value) && !Number.isSafeInteger(value);
    const source = context?.source;
    return isRounded && source !== undefined && /^-?\d+$/.test(source) ? source : value;
  });
}

/** What stands before a number while it is text; no value of ours begins with it. */
const MARK = "\u0000exact:";

/** JSON with line ends and indentation, every whole number as it was written, digit by digit.
 *
 * @throws SyntaxError when the text is not JSON
 */
export function prettyExact(text: string): string {
  const marked = parse(text, (_key, value, context) => {
    const source = context?.source;
    const isRounded = typeof value === "number" && !Number.isSafeInteger(value);
    return isRounded && source !== undefined && /^-?\d+$/.test(source) ? MARK + source : value;
  });
  return JSON.stringify(marked, null, 2).replace(/"\\u0000exact:(-?\d+)"/g, "$1");
}
