import { describe, expect, it } from "vitest";
import {
  describeRange,
  formatAgo,
  formatInstant,
  formatUtc,
  fromLocalInput,
  splitInstant,
  toLocalInput,
  toMilliseconds,
} from "./time";

const local = (...parts: [number, number, number, number, number, number, number]) => new Date(...parts).toISOString();
const NOW_MS = new Date(2026, 10, 24, 15, 0, 0).getTime();

describe("instants", () => {
  it("reads nanoseconds by cutting them, so that no instant moves to the next second", () => {
    expect(toMilliseconds("2026-11-24T14:03:12.999999999Z")).toBe(Date.UTC(2026, 10, 24, 14, 3, 12, 999));
  });

  it("shows the local time, and the day only when it is another one", () => {
    expect(formatInstant(local(2026, 10, 24, 14, 3, 12, 45), NOW_MS)).toBe("14:03:12.045");
    expect(formatInstant(local(2026, 10, 23, 14, 3, 12, 45), NOW_MS)).toBe("Nov 23 14:03:12.045");
    expect(splitInstant(local(2025, 10, 23, 4, 3, 2, 0), NOW_MS)).toEqual({ day: "Nov 23, 2025", time: "04:03:02" });
  });

  it("shows what is no time as it came", () => {
    expect(formatInstant("soon", NOW_MS)).toBe("soon");
  });

  it("keeps every digit in UTC", () => {
    expect(formatUtc("2026-11-24T14:03:12.345678901Z")).toBe("2026-11-24 14:03:12.345678901 UTC");
  });

  it("tells how long ago in the largest unit that fits", () => {
    const ago = (seconds: number) => formatAgo(new Date(NOW_MS - seconds * 1000).toISOString(), NOW_MS);
    expect([1, 30, 300, 7200, 200_000].map(ago)).toEqual(["just now", "30 s ago", "5 min ago", "2 h ago", "2 d ago"]);
  });
});

describe("ranges", () => {
  it("names a relative range, and writes out an absolute one", () => {
    expect(describeRange("-24h", undefined, NOW_MS)).toBe("Last 24 hours");
    expect(describeRange(local(2026, 10, 24, 14, 0, 0, 0), undefined, NOW_MS)).toBe("14:00:00 – now");
  });

  it("takes a local input there and back", () => {
    const instant = fromLocalInput("2026-11-24T14:03");
    expect(toLocalInput(instant)).toBe("2026-11-24T14:03");
    expect([fromLocalInput(""), toLocalInput("-1h")]).toEqual([undefined, ""]);
  });
});
