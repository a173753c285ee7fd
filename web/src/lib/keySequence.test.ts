import { describe, expect, it } from "vitest";
import { readPress } from "./keySequence";

const KNOWN = ["j", "t", "g t", "g o"];

describe("readPress", () => {
  it("completes a single key at once", () => {
    expect(readPress("j", 0, null, KNOWN)).toEqual({ found: "j", pending: null });
  });

  it("waits for the second of two, and prefers the two to the one", () => {
    const { found, pending } = readPress("g", 0, null, KNOWN);
    expect(found).toBeNull();
    expect(readPress("t", 500, pending, KNOWN)).toEqual({ found: "g t", pending: null });
  });

  it("forgets the first after a while, and when another key follows", () => {
    const { pending } = readPress("g", 0, null, KNOWN);
    expect(readPress("t", 5000, pending, KNOWN).found).toBe("t");
    expect(readPress("x", 100, pending, KNOWN)).toEqual({ found: null, pending: null });
  });
});
