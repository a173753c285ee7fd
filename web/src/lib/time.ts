/** Instants as the API writes them (RFC 3339 with nanoseconds), shown in the reader's time zone. */

import { type Calendar, calendarOf, instantOf, type TimeZone } from "./timeZone";

const DAY_MS = 86_400_000;
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** Milliseconds since 1970 UTC of an RFC 3339 text; NaN when it is not one. */
export function toMilliseconds(instant: string): number {
  // browsers read at most milliseconds; what is finer is cut, not rounded, so that 59.9999 stays in its minute
  return Date.parse(instant.replace(/(\.\d{3})\d+/, "$1"));
}

/** Day and time of day with milliseconds, without the day when it is that of `now_ms`: 14:03:12.345, Nov 23 14:03:12.345. */
export function formatInstant(instant: string, zone: TimeZone, now_ms?: number): string {
  const time_ms = toMilliseconds(instant);
  if (Number.isNaN(time_ms)) return instant;
  const time = `${clock(calendarOf(time_ms, zone))}.${two(Math.floor(time_ms % 1000), 3)}`;
  const day = otherDay(time_ms, zone, now_ms);
  return day ? `${day} ${time}` : time;
}

/** Day and time of day, apart, for two lines; the day is empty when it is that of `now_ms`. */
export function splitInstant(instant: string, zone: TimeZone, now_ms: number): { day: string; time: string } {
  const time_ms = toMilliseconds(instant);
  if (Number.isNaN(time_ms)) return { day: "", time: instant };
  return { day: otherDay(time_ms, zone, now_ms), time: clock(calendarOf(time_ms, zone)) };
}

/** Day and time to the minute, or to the second where it is not a whole minute: Nov 23 14:03, Nov 23 14:03:12. */
export function formatMoment(time_ms: number, zone: TimeZone, now_ms?: number): string {
  const calendar = calendarOf(time_ms, zone);
  const time = calendar.second === 0 ? hourAndMinute(calendar) : clock(calendar);
  const day = otherDay(time_ms, zone, now_ms);
  return day ? `${day} ${time}` : time;
}

/** A label on an axis of `range_ms`: seconds in minutes, minutes in days, days in months, months in years. */
export function formatAxis(time_ms: number, range_ms: number, zone: TimeZone): string {
  const calendar = calendarOf(time_ms, zone);
  const isMidnight = calendar.hour === 0 && calendar.minute === 0 && calendar.second === 0;
  if (range_ms > 370 * DAY_MS) return `${MONTHS[calendar.month - 1]} ${calendar.year}`;
  if (isMidnight || range_ms > 7 * DAY_MS) return `${MONTHS[calendar.month - 1]} ${calendar.day}`;
  return range_ms > 600_000 ? hourAndMinute(calendar) : clock(calendar);
}

/** The instant in UTC as stored, for a tooltip: 2026-11-24 14:03:12.345678901 UTC. */
export function formatUtc(instant: string): string {
  return `${instant.replace("T", " ").replace(/Z$/, "")} UTC`;
}

/** How long ago: just now, 12 s ago, 5 min ago, 3 h ago, 2 d ago. */
export function formatAgo(instant: string, now_ms: number): string {
  const seconds = Math.round((now_ms - toMilliseconds(instant)) / 1000);
  if (seconds < 5) return "just now";
  if (seconds < 60) return `${seconds} s ago`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ago`;
  if (seconds < 48 * 3600) return `${Math.floor(seconds / 3600)} h ago`;
  return `${Math.floor(seconds / 86400)} d ago`;
}

/** The value of a datetime-local input for an RFC 3339 text, in the zone; empty when it is not one. */
export function toInput(instant: string | undefined, zone: TimeZone): string {
  const time_ms = instant === undefined ? Number.NaN : toMilliseconds(instant);
  if (Number.isNaN(time_ms)) return "";
  const calendar = calendarOf(time_ms, zone);
  return `${two(calendar.year, 4)}-${two(calendar.month)}-${two(calendar.day)}T${hourAndMinute(calendar)}`;
}

/** RFC 3339 in UTC of a datetime-local input's value in the zone; undefined when it is empty. */
export function fromInput(value: string, zone: TimeZone): string | undefined {
  const match = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d)(?::(\d\d))?/.exec(value);
  if (match === null) return undefined;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = match
    .slice(1)
    .map((part) => Number(part ?? 0));
  return new Date(instantOf({ year, month, day, hour, minute, second }, zone)).toISOString();
}

/** The day as Nov 24, with the year when it is another than now's; empty when it is the day of `now_ms`. */
function otherDay(time_ms: number, zone: TimeZone, now_ms: number | undefined): string {
  const { year, month, day } = calendarOf(time_ms, zone);
  const now = now_ms === undefined ? undefined : calendarOf(now_ms, zone);
  if (now && now.year === year && now.month === month && now.day === day) return "";
  const isThisYear = now === undefined || now.year === year;
  return `${MONTHS[month - 1]} ${day}${isThisYear ? "" : `, ${year}`}`;
}

function clock(calendar: Calendar): string {
  return `${hourAndMinute(calendar)}:${two(calendar.second)}`;
}

function hourAndMinute(calendar: Calendar): string {
  return `${two(calendar.hour)}:${two(calendar.minute)}`;
}

function two(count: number, digits = 2): string {
  return String(count).padStart(digits, "0");
}

/** The instant one nanosecond later: the end of a range that holds this instant alone. */
export function nextInstant(instant: string): string {
  const match = /^(.*\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?Z$/.exec(instant);
  if (match === null) return instant;
  const next = Number((match[2] ?? "").padEnd(9, "0")) + 1;
  if (next < 1e9) return `${match[1]}.${two(next, 9)}Z`;
  return `${new Date(Date.parse(`${match[1]}Z`) + 1000).toISOString().slice(0, 19)}.000000000Z`;
}
