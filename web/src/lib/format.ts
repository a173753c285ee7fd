/** Numbers as people read them: a unit, thousands apart, no more digits than mean something. */

export const UNKNOWN = "–";

const whole = new Intl.NumberFormat("en-US", { maximumFractionDigits: 0 });

/** A count with thousands apart: 12,345. */
export function formatCount(count: number | null | undefined): string {
  return count == null ? UNKNOWN : whole.format(count);
}

/** A count in three digits: 987, 12.3k, 4.56M. */
export function formatShortCount(count: number | null | undefined): string {
  if (count == null) return UNKNOWN;
  const units: [number, string][] = [
    [1e12, "T"],
    [1e9, "B"],
    [1e6, "M"],
    [1e3, "k"],
  ];
  for (const [size, unit] of units) {
    // 999,950 would round to 1000k, so the next unit begins a little earlier
    if (Math.abs(count) >= size * 0.9995) return threeDigits(count / size) + unit;
  }
  return whole.format(count);
}

/** A duration given in nanoseconds: 420 µs, 35.2 ms, 1.28 s, 2 m 05 s, 3 h 12 m. */
export function formatDuration(duration_ns: number | null | undefined): string {
  if (duration_ns == null) return UNKNOWN;
  if (duration_ns < 0) return `−${formatDuration(-duration_ns)}`;
  if (duration_ns === 0) return "0 ms";
  if (duration_ns < 999.5) return `${threeDigits(duration_ns)} ns`;
  if (duration_ns < 999.5e3) return `${threeDigits(duration_ns / 1e3)} µs`;
  if (duration_ns < 999.5e6) return `${threeDigits(duration_ns / 1e6)} ms`;
  if (duration_ns < 59.95e9) return `${threeDigits(duration_ns / 1e9)} s`;
  const seconds = Math.round(duration_ns / 1e9);
  if (seconds < 3600) return `${Math.floor(seconds / 60)} m ${pad(seconds % 60)} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 48 * 60) return `${Math.floor(minutes / 60)} h ${pad(minutes % 60)} m`;
  return `${threeDigits(minutes / 1440)} d`;
}

/** Money in US dollars, small sums with enough digits to differ: $0.000042, $0.0123, $1.23, $12,345. */
export function formatCost(cost_usd: number | null | undefined): string {
  if (cost_usd == null) return UNKNOWN;
  if (cost_usd === 0) return "$0";
  const size = Math.abs(cost_usd);
  const sign = cost_usd < 0 ? "−" : "";
  if (size >= 999.995) return `${sign}$${whole.format(size)}`;
  if (size >= 0.995) return `${sign}$${size.toFixed(2)}`;
  if (size < 1e-8) return `${sign}<$0.00000001`;
  const digits = Math.min(9, 2 - Math.floor(Math.log10(size)));
  return `${sign}$${size.toFixed(digits).replace(/0+$/, "")}`;
}

/** Money in US dollars with four decimals at most, for a column: <$0.0001, $0.0123, $1.23. */
export function formatShortCost(cost_usd: number | null | undefined): string {
  if (cost_usd == null || cost_usd === 0 || Math.abs(cost_usd) >= 0.1) return formatCost(cost_usd);
  return Math.abs(cost_usd) < 0.0001 ? "<$0.0001" : `${cost_usd < 0 ? "−" : ""}$${Math.abs(cost_usd).toFixed(4)}`;
}

/** A ratio of 0 to 1 as a percentage: 0%, 0.12%, 3.4%, 57%. */
export function formatShare(ratio: number | null | undefined): string {
  if (ratio == null || Number.isNaN(ratio)) return UNKNOWN;
  const percent = ratio * 100;
  if (percent === 0) return "0%";
  if (percent < 0.01) return "<0.01%";
  if (percent < 0.995) return `${percent.toFixed(2)}%`;
  return percent < 9.95 ? `${percent.toFixed(1)}%` : `${whole.format(percent)}%`;
}

/** A rate a second: 43.2 /s. */
export function formatRate(per_s: number | null | undefined): string {
  return per_s == null ? UNKNOWN : `${per_s < 1000 ? threeDigits(per_s) : whole.format(per_s)} /s`;
}

/** A count and its noun: 1 span, 2 spans. */
export function formatPlural(count: number, noun: string): string {
  return `${formatCount(count)} ${noun}${count === 1 ? "" : "s"}`;
}

/** Unit of a number: those of the API (ns, tokens, USD, 1/s), those of OpenTelemetry's metrics (s, By, %, {request}), none. */
export type Unit = "ns" | "tokens" | "usd" | "tokens/s" | "bytes" | "ratio" | "" | (string & {});

const NANOSECONDS: Record<string, number> = { ns: 1, us: 1e3, µs: 1e3, ms: 1e6, s: 1e9, min: 60e9, h: 3600e9 };

/** A number with its unit: 1.28 s, 12.3k tokens, $0.0123, 43.2 tokens/s, 1.5 GiB, 3.4%. */
export function formatValue(value: number | null | undefined, unit: Unit): string {
  if (value == null || !Number.isFinite(value)) return UNKNOWN;
  const time_ns = NANOSECONDS[unit];
  if (time_ns !== undefined) return formatDuration(value * time_ns);
  switch (unit) {
    case "usd":
    case "USD":
      return formatCost(value);
    case "ratio":
      return value < 0 ? `−${formatShare(-value)}` : formatShare(value);
    case "%":
      return `${formatNumber(value)}%`;
    case "bytes":
    case "By":
      return formatBytes(value);
    case "By/s":
      return `${formatBytes(value)}/s`;
    case "Cel":
      return `${formatNumber(value)} °C`;
    case "1/s":
      return `${formatNumber(value)} /s`;
    default: {
      // a unit in braces is a note and not a unit; "1" is none
      const word = unit.replace(/^\{(.*)\}$/, "$1");
      return word === "" || word === "1" ? formatNumber(value) : `${formatNumber(value)} ${word}`;
    }
  }
}

/** A number with its unit where there is little room: a word that the chart's head says already is left out. */
export function formatTick(value: number, unit: Unit): string {
  const isSymbol = unit in NANOSECONDS || ["usd", "USD", "ratio", "%", "bytes", "By", "By/s"].includes(unit);
  return isSymbol ? formatValue(value, unit) : formatNumber(value);
}

/** A number in about three digits, of whatever size: 0.00123, 0.5, 12.3, 987, 12.3k. */
export function formatNumber(value: number): string {
  const size = Math.abs(value);
  if (size >= 999.5) return formatShortCount(value);
  if (size >= 1 || size === 0) return threeDigits(value);
  return String(Number(value.toPrecision(3)));
}

/** Bytes in steps of 1024: 512 B, 1.5 KiB, 2.25 GiB. */
export function formatBytes(bytes: number): string {
  const units = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"];
  let size = bytes;
  let step = 0;
  while (Math.abs(size) >= 1023.5 && step < units.length - 1) {
    size /= 1024;
    step += 1;
  }
  return `${threeDigits(size)} ${units[step]}`;
}

/** How much a number changed against `before`: +12%, −3.4%, ×5.2; nothing when there is nothing to compare with. */
export function formatChange(value: number | null | undefined, before: number | null | undefined): string {
  if (value == null || before == null || before === 0) return "";
  const ratio = value / before;
  if (ratio >= 3) return `×${threeDigits(ratio)}`;
  const share = formatShare(Math.abs(ratio - 1));
  return share === "0%" ? "±0%" : `${ratio > 1 ? "+" : "−"}${share}`;
}

function threeDigits(value: number): string {
  const size = Math.abs(value);
  const text = size < 9.995 ? value.toFixed(2) : size < 99.95 ? value.toFixed(1) : value.toFixed(0);
  return text.includes(".") ? text.replace(/\.?0+$/, "") : text;
}

function pad(count: number): string {
  return String(count).padStart(2, "0");
}
