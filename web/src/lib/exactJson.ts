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
