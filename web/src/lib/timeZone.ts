/** Calendar and clock in the time zone that the reader chose. */

/** `local` (the machine's own), `utc`, or an IANA name such as Europe/Berlin. */
export type TimeZone = string;

/** An instant as calendar and clock show it; months count from 1. */
export interface Calendar {
  year: number;
  month: number;
  day: number;
  hour: number;
  minute: number;
  second: number;
}

const formats = new Map<TimeZone, Intl.DateTimeFormat>();

/** Whether this browser knows the zone. */
export function isTimeZone(name: string): boolean {
  try {
    formatOf(name);
    return true;
  } catch {
    return false;
  }
}

/** Calendar and clock of an instant in milliseconds since 1970 UTC. */
export function calendarOf(time_ms: number, zone: TimeZone): Calendar {
  const date = new Date(time_ms);
  if (zone === "local") return fromParts(date, "get");
  if (zone === "utc") return fromParts(date, "getUTC");
  const parts = Object.fromEntries(
    formatOf(zone)
      .formatToParts(date)
      .map(({ type, value }) => [type, Number(value)]),
  );
  const { year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0 } = parts;
  return { year, month, day, hour, minute, second };
}

/** The reverse of `calendarOf`, in milliseconds since 1970 UTC; of an hour that comes twice in autumn, one of the two. */
export function instantOf(calendar: Calendar, zone: TimeZone): number {
  const { year, month, day, hour, minute, second } = calendar;
  if (zone === "local") return new Date(year, month - 1, day, hour, minute, second).getTime();
  const asUtc_ms = Date.UTC(year, month - 1, day, hour, minute, second);
  if (zone === "utc") return asUtc_ms;
  // the offset at the guess may be another than at the answer, near a change of the clocks: so look twice
  const guess_ms = asUtc_ms - offset_ms(asUtc_ms, zone);
  return asUtc_ms - offset_ms(guess_ms, zone);
}

/** A zone's name for people: Local time (Europe/Berlin), UTC, Asia/Tokyo. */
export function describeZone(zone: TimeZone): string {
  if (zone === "local") return `Local time (${zoneName(zone)})`;
  return zone === "utc" ? "UTC" : zone;
}

/** The name that others know a zone by. */
export function zoneName(zone: TimeZone): string {
  if (zone === "local") return Intl.DateTimeFormat().resolvedOptions().timeZone;
  return zone === "utc" ? "UTC" : zone;
}

/** All zones that can be chosen; the machine's own and UTC first. */
export function allZones(): TimeZone[] {
  return ["local", "utc", ...Intl.supportedValuesOf("timeZone")];
}

/** How far the zone's clocks are ahead of UTC, in milliseconds. */
function offset_ms(time_ms: number, zone: TimeZone): number {
  const { year, month, day, hour, minute, second } = calendarOf(time_ms, zone);
  return Date.UTC(year, month - 1, day, hour, minute, second) - Math.floor(time_ms / 1000) * 1000;
}

function formatOf(zone: TimeZone): Intl.DateTimeFormat {
  const known = formats.get(zone);
  if (known) return known;
  const format = new Intl.DateTimeFormat("en-US", {
    timeZone: zone === "local" ? undefined : zone,
    hourCycle: "h23",
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "numeric",
    minute: "numeric",
    second: "numeric",
  });
  formats.set(zone, format);
  return format;
}

function fromParts(date: Date, prefix: "get" | "getUTC"): Calendar {
  return {
    year: date[`${prefix}FullYear`](),
    month: date[`${prefix}Month`]() + 1,
    day: date[`${prefix}Date`](),
    hour: date[`${prefix}Hours`](),
    minute: date[`${prefix}Minutes`](),
    second: date[`${prefix}Seconds`](),
  };
}
