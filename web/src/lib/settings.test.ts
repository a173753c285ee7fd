import { expect, test } from "vitest";
import type { ServerState } from "../api/types";
import { rowsPerSecond } from "./serverRates";
import { readSection, readSettingsSearch } from "./settingsSearch";

test("an address names a section and a model, and nonsense is the first section", () => {
  expect(["keys", "toString", "", undefined, 5].map(readSection)).toEqual([
    "keys",
    "projects",
    "projects",
    "projects",
    "projects",
  ]);
  expect(readSettingsSearch({ model: "m", provider: "", project: "p" })).toEqual({ model: "m", project: "p" });
});

test("rows a second come from two looks, and not from a counter that began anew", () => {
  const state = (time: string, row_count: number) =>
    ({ time, signals: [{ signal: "logs", row_count }] }) as ServerState;
  const before = state("2026-11-24T10:00:00Z", 100);
  const now = state("2026-11-24T10:00:02.000000000Z", 150);
  expect(rowsPerSecond(before, now, "logs")).toBe(25);
  expect(rowsPerSecond(before, now, "spans")).toBe(0);
  expect(rowsPerSecond(undefined, now, "logs")).toBeNull();
  expect(rowsPerSecond(before, before, "logs")).toBeNull();
  expect(rowsPerSecond(now, { ...before, time: "2026-11-24T10:00:09Z" }, "logs")).toBeNull();
});
