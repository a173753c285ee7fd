import { describe, expect, it } from "vitest";
import { moveByKey } from "./listKeys";

describe("moveByKey", () => {
  it("moves by one, by a page and to the ends, and never out of the list", () => {
    expect(["j", "ArrowUp", "PageDown", "Home", "End"].map((key) => moveByKey(key, 4, 10))).toEqual([5, 3, 9, 0, 9]);
  });

  it("enters the list at its first row", () => {
    expect([moveByKey("j", -1, 10), moveByKey("k", -1, 10)]).toEqual([0, 0]);
  });

  it("leaves other keys and empty lists alone", () => {
    expect([moveByKey("x", 0, 10), moveByKey("j", -1, 0)]).toEqual([null, null]);
  });
});
