import { describe, expect, it } from "vitest";
import { between_ns, readGroupSearch, readSessionSearch } from "./people";

describe("addresses of sessions and users", () => {
  it("keep what is known and drop the rest", () => {
    expect(readGroupSearch({ by: "cost_usd", filter: "refund", start: "-1h", evil: "x" })).toEqual({
      by: "cost_usd",
      filter: "refund",
      start: "-1h",
    });
    expect(readGroupSearch({ by: "toString" })).toEqual({});
    expect(readGroupSearch({ by: "last_time" })).toEqual({});
    expect(readSessionSearch({ turn: "ab", project: "p" })).toEqual({ turn: "ab", project: "p" });
  });
});

describe("between_ns", () => {
  it("is the time from one instant to another, never less than none", () => {
    expect(between_ns("2026-11-24T10:00:00.000000000Z", "2026-11-24T10:00:01.500000000Z")).toBe(1.5e9);
    expect(between_ns("2026-11-24T10:00:01Z", "2026-11-24T10:00:00Z")).toBe(0);
  });
});
