import { describe, expect, it } from "vitest";
import { allZones, calendarOf, describeZone, instantOf, isTimeZone } from "./timeZone";

const SUMMER_MS = Date.UTC(2026, 6, 1, 22, 30, 15);

describe("calendarOf", () => {
  it("shows the day and the time that the zone's clocks show", () => {
    expect(calendarOf(SUMMER_MS, "utc")).toEqual({ year: 2026, month: 7, day: 1, hour: 22, minute: 30, second: 15 });
    expect(calendarOf(SUMMER_MS, "Asia/Tokyo")).toMatchObject({ day: 2, hour: 7, minute: 30 });
    expect(calendarOf(Date.UTC(2026, 0, 1), "Europe/Berlin")).toMatchObject({ day: 1, hour: 1 });
  });

  it("follows the machine for local time", () => {
    expect(calendarOf(new Date(2026, 2, 4, 5, 6, 7).getTime(), "local")).toEqual({
      year: 2026,
      month: 3,
      day: 4,
      hour: 5,
      minute: 6,
      second: 7,
    });
  });
});

describe("instantOf", () => {
  it("leads back, on both sides of a change of the clocks", () => {
    for (const zone of ["local", "utc", "Europe/Berlin", "America/St_Johns", "Asia/Kathmandu"]) {
      for (const time_ms of [SUMMER_MS, Date.UTC(2026, 9, 24, 23, 0), Date.UTC(2026, 9, 25, 3, 0)]) {
        expect(instantOf(calendarOf(time_ms, zone), zone)).toBe(time_ms);
      }
    }
  });
});

describe("zones", () => {
  it("tells what is a zone from what anybody may write into an address", () => {
    expect(["local", "utc", "Europe/Berlin", "Mars/Olympus", "<img>"].map(isTimeZone)).toEqual([
      true,
      true,
      true,
      false,
      false,
    ]);
  });

  it("names them for people", () => {
    expect([describeZone("utc"), describeZone("Asia/Tokyo")]).toEqual(["UTC", "Asia/Tokyo"]);
    expect(allZones().slice(0, 2)).toEqual(["local", "utc"]);
    expect(allZones()).toContain("Europe/Berlin");
  });
});
