import { describe, expect, it } from "vitest";
import { backoff_ms } from "./backoff";

describe("backoff_ms", () => {
  it("doubles up to a bound, and spreads the clients", () => {
    expect([1, 2, 3, 100].map((failures) => backoff_ms(failures, 0, 0))).toEqual([1000, 2000, 4000, 30_000]);
    expect(backoff_ms(1, 0, 1)).toBe(1500);
  });

  it("waits at least as long as the server asked", () => {
    expect(backoff_ms(1, 5000, 0)).toBe(5000);
  });
});
