import { describe, expect, it } from "vitest";
import {
  formatAgo,
  formatAxis,
  formatInstant,
  formatMoment,
  formatUtc,
  fromInput,
  splitInstant,
  toInput,
  toMilliseconds,
} from "./time";

const NOW_MS = Date.UTC(2026, 10, 24, 15, 0, 0);

describe("instants", () => {
  it("reads nanoseconds by cutting them, so that no instant moves to the next second", () => {
    expect(toMilliseconds("2026-11-24T14:03:12.999999999Z")).toBe(Date.UTC(2026, 10, 24, 14, 3, 12, 999));
  });

  it("shows the zone's time, and the day only when it is another one", () => {
    expect(formatInstant("2026-11-24T14:03:12.045Z", "utc", NOW_MS)).toBe("14:03:12.045");
    expect(formatInstant("2026-11-23T14:03:12.045Z", "utc", NOW_MS)).toBe("Nov 23 14:03:12.045");
    expect(formatInstant("2026-11-24T16:03:12.045Z", "Asia/Tokyo", NOW_MS)).toBe("01:03:12.045");
    expect(formatInstant("2026-11-24T14:03:12.045Z", "utc")).toBe("Nov 24 14:03:12.045");
    expect(splitInstant("2025-11-23T04:03:02Z", "utc", NOW_MS)).toEqual({ day: "Nov 23, 2025", time: "04:03:02" });
    expect([formatMoment(NOW_MS, "utc"), formatMoment(NOW_MS + 1000, "utc", NOW_MS)]).toEqual([
      "Nov 24 15:00",
      "15:00:01",
    ]);
  });

  it("follows the machine for local time", () => {
    const local = new Date(2026, 10, 24, 14, 3, 12, 45);
    expect(formatInstant(local.toISOString(), "local", local.getTime())).toBe("14:03:12.045");
  });

  it("shows what is no time as it came", () => {
    expect(formatInstant("soon", "utc", NOW_MS)).toBe("soon");
  });

  it("keeps every digit in UTC", () => {
    expect(formatUtc("2026-11-24T14:03:12.345678901Z")).toBe("2026-11-24 14:03:12.345678901 UTC");
  });

  it("tells how long ago in the largest unit that fits", () => {
    const ago = (seconds: number) => formatAgo(new Date(NOW_MS - seconds * 1000).toISOString(), NOW_MS);
    expect([1, 30, 300, 7200, 200_000].map(ago)).toEqual(["just now", "30 s ago", "5 min ago", "2 h ago", "2 d ago"]);
  });
});

describe("formatAxis", () => {
  it("says as much as the range needs", () => {
    const hour_ms = 3_600_000;
    const label = (range_ms: number) => formatAxis(NOW_MS, range_ms, "utc");
    expect([hour_ms / 10, hour_ms, 24 * hour_ms, 240 * hour_ms, 9000 * hour_ms].map(label)).toEqual([
      "15:00:00",
      "15:00",
      "15:00",
      "Nov 24",
      "Nov 2026",
    ]);
    expect(formatAxis(Date.UTC(2026, 10, 24), 24 * hour_ms, "utc")).toBe("Nov 24");
  });
});

describe("inputs of a time", () => {
  it("go there and back in the zone", () => {
    for (const zone of ["local", "utc", "Asia/Kathmandu"]) {
      expect(toInput(fromInput("2026-11-24T14:03", zone), zone)).toBe("2026-11-24T14:03");
    }
    expect(fromInput("2026-11-24T14:03", "Asia/Tokyo")).toBe("2026-11-24T05:03:00.000Z");
    expect([fromInput("", "utc"), toInput("-1h", "utc")]).toEqual([undefined, ""]);
  });
});
