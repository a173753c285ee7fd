import { expect, test } from "vitest";
import { describeInterval } from "./interval";

test("an interval is said in its largest whole unit", () => {
  expect([1, 30, 60, 300, 5400, 43_200, 86_400, 604_800].map(describeInterval)).toEqual([
    "each second",
    "each 30 seconds",
    "each minute",
    "each 5 minutes",
    "each 90 minutes",
    "each 12 hours",
    "each day",
    "each week",
  ]);
});
