import { describe, expect, it } from "vitest";
import { parseExact, prettyExact } from "./exactJson";

// Node knows a number's source from version 22 on; older ones round, as older browsers do
const knowsSource = JSON.parse(
  "1",
  ((_key: string, _value: unknown, context?: object) => context !== undefined) as never,
);

describe("parseExact", () => {
  it.runIf(knowsSource)("keeps every digit of a number that a browser would round", () => {
    expect(parseExact('{"id": 18446744073709551615}')).toEqual({ id: "18446744073709551615" });
  });

  it("leaves other numbers as they are", () => {
    expect(parseExact("[1, -2.5, 9007199254740991, 1e300]")).toEqual([1, -2.5, 9007199254740991, 1e300]);
  });

  it("refuses what is not JSON", () => {
    expect(() => parseExact("{")).toThrow(SyntaxError);
  });
});

describe("prettyExact", () => {
  it("indents, and leaves small numbers, fractions and texts as they are", () => {
    expect(prettyExact('{"a":[1,0.5,"12345678901234567890"],"b":null}')).toBe(
      '{\n  "a": [\n    1,\n    0.5,\n    "12345678901234567890"\n  ],\n  "b": null\n}',
    );
  });

  it.runIf(knowsSource)("writes numbers of any length as they came, without quotes", () => {
    expect(prettyExact('{"a":18446744073709551615,"b":-9223372036854775808}')).toBe(
      '{\n  "a": 18446744073709551615,\n  "b": -9223372036854775808\n}',
    );
  });
});
