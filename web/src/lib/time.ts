/** Instants as the API writes them (RFC 3339 with nanoseconds), shown in the reader's time zone. */

/** Milliseconds since 1970 UTC of an RFC 3339 text; NaN when it is not one. */
export function toMilliseconds(instant: string): number {
  // browsers read at most milliseconds; what is finer is cut, not rounded, so that 59.9999 stays in its minute
  return Date.parse(instant.replace(/(\.\d{3})\d+/, "$1"));
}

/** Local time of day with milliseconds, and the day too unless it is `now`'s: 14:03:12.345, Nov 23 14:03:12.345. */
export function formatInstant(instant: string, now_ms: number): string {
  const date = new Date(toMilliseconds(instant));
  if (Number.isNaN(date.getTime())) return instant;
  const time = `${clock(date)}.${String(date.getMilliseconds()).padStart(3, "0")}`;
  return isSameDay(date, new Date(now_ms)) ? time : `${formatDay(date, now_ms)} ${time}`;
}

/** Local day and time of day, apart, for two lines; the day is empty when it is `now`'s. */
export function splitInstant(instant: string, now_ms: number): { day: string; time: string } {
  const date = new Date(toMilliseconds(instant));
  if (Number.isNaN(date.getTime())) return { day: "", time: instant };
  return { day: isSameDay(date, new Date(now_ms)) ? "" : formatDay(date, now_ms), time: clock(date) };
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

/** The ranges a reader can choose, as the API reads their start. */
export const RANGES: readonly { start: string; label: string; title: string }[] = [
  { start: "-15m", label: "15 min", title: "Last 15 minutes" },
  { start: "-1h", label: "1 h", title: "Last hour" },
  { start: "-6h", label: "6 h", title: "Last 6 hours" },
  { start: "-24h", label: "24 h", title: "Last 24 hours" },
  { start: "-7d", label: "7 d", title: "Last 7 days" },
  { start: "-30d", label: "30 d", title: "Last 30 days" },
];

export const DEFAULT_START = "-24h";

/** What a chosen range is called, for relative and absolute ones. */
export function describeRange(start: string, end: string | undefined, now_ms: number): string {
  const known = RANGES.find((range) => range.start === start);
  if (known && end === undefined) return known.title;
  const text = (instant: string) => (instant.startsWith("-") ? instant : formatInstant(instant, now_ms).slice(0, -4));
  return `${text(start)} – ${end === undefined ? "now" : text(end)}`;
}

/** The value of a datetime-local input for an RFC 3339 text, in local time; empty when it is not one. */
export function toLocalInput(instant: string | undefined): string {
  const date = new Date(instant === undefined ? Number.NaN : toMilliseconds(instant));
  if (Number.isNaN(date.getTime())) return "";
  const two = (count: number) => String(count).padStart(2, "0");
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}T${two(date.getHours())}:${two(date.getMinutes())}`;
}

/** RFC 3339 in UTC of a datetime-local input's value; undefined when it is empty. */
export function fromLocalInput(value: string): string | undefined {
  const date = new Date(value);
  return Number.isNaN(date.getTime()) ? undefined : date.toISOString();
}

function clock(date: Date): string {
  return [date.getHours(), date.getMinutes(), date.getSeconds()].map((part) => String(part).padStart(2, "0")).join(":");
}

function formatDay(date: Date, now_ms: number): string {
  const isThisYear = date.getFullYear() === new Date(now_ms).getFullYear();
  return date.toLocaleDateString("en-US", { month: "short", day: "numeric", year: isThisYear ? undefined : "numeric" });
}

function isSameDay(one: Date, other: Date): boolean {
  return one.toDateString() === other.toDateString();
}
