import { describe, expect, it } from "vitest";
import { lengthWords, readLength, writeLength } from "./lengths";

describe("lengths of time", () => {
  it.each([
    ["90s", 90],
    ["5m", 300],
    ["1h30m", 5400],
    ["2d", 172_800],
    ["45", 45],
    [" 0s ", 0],
  ])("reads %s", (text, seconds) => expect(readLength(text)).toBe(seconds));

  it.each(["", "m", "5 minutes", "-5m", "5m!"])("refuses %s", (text) => expect(readLength(text)).toBeNull());

  it.each([0, 1, 59, 60, 90, 3600, 5400, 86_400, 90_061])("reads %i as it writes it", (seconds) =>
    expect(readLength(writeLength(seconds))).toBe(seconds),
  );

  it("says them in words", () => {
    expect(lengthWords(60)).toBe("1 minute");
    expect(lengthWords(90)).toBe("90 seconds");
    expect(lengthWords(7200)).toBe("2 hours");
  });
});
