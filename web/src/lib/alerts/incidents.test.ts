import { expect, it } from "vitest";
import type { IncidentEntry, IncidentEvent } from "../../api/incidents";
import { eventWords, lastedWords, openFirst, rangeAround } from "./incidents";

const OVER = {
  started_at: "2026-11-30T10:00:00.000000000Z",
  resolved_at: "2026-11-30T10:05:00.000000000Z",
} as IncidentEntry;

it("says how long an incident lasted", () => {
  expect(lastedWords(OVER, 0)).toBe("5 m 00 s");
  expect(lastedWords({ ...OVER, resolved_at: null }, Date.parse("2026-11-30T12:00:00Z"))).toBe("2 h 00 m");
});

it("looks at the hour before, and a quarter of an hour after", () => {
  expect(rangeAround(OVER)).toEqual({ start: "2026-11-30T09:00:00.000Z", end: "2026-11-30T10:20:00.000Z" });
  expect(rangeAround({ ...OVER, resolved_at: null })).toEqual({ start: "2026-11-30T09:00:00.000Z" });
});

it("names events, also those that it does not know", () => {
  expect(eventWords({ kind: "notified" } as IncidentEvent)).toBe("Told");
  expect(eventWords({ kind: "else" } as IncidentEvent)).toBe("else");
});

it("puts first what is not over, and keeps the order else", () => {
  const of = (id: string, state: string) => ({ id, state }) as IncidentEntry;
  const sorted = openFirst([of("a", "resolved"), of("b", "acknowledged"), of("c", "resolved"), of("d", "open")]);
  expect(sorted.map(({ id }) => id)).toEqual(["b", "d", "a", "c"]);
});
