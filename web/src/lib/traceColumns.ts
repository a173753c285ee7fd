/** The columns that a list of traces can have: which, how wide, and which are shown when nobody chose. */

export interface TraceColumn {
  id: TraceColumnId;
  title: string;
  /** Track of a CSS grid. */
  width: string;
  /** Least width in pixels, for a list that is wider than its place. */
  least_px: number;
  isNumeric: boolean;
  isDefault: boolean;
}

export type TraceColumnId = keyof typeof COLUMNS;

const COLUMNS = {
  time: ["Time", "70px", 70],
  trace: ["Trace", "minmax(150px, 1.15fr)", 150],
  text: ["Input → output", "minmax(200px, 2.6fr)", 200],
  model: ["Model", "minmax(110px, 0.85fr)", 110],
  tokens: ["Tokens", "72px", 72],
  cost: ["Cost", "88px", 88],
  duration: ["Duration", "66px", 66],
  first_token: ["First token", "70px", 70],
  status: ["Status", "62px", 62],
  service: ["Service", "minmax(90px, 0.7fr)", 90],
  environment: ["Environment", "minmax(86px, 0.5fr)", 86],
  release: ["Release", "minmax(70px, 0.5fr)", 70],
  session: ["Session", "minmax(100px, 0.7fr)", 100],
  user: ["User", "minmax(90px, 0.7fr)", 90],
  spans: ["Spans", "54px", 54],
  calls: ["Model calls", "74px", 74],
  trace_id: ["Trace ID", "minmax(100px, 0.8fr)", 100],
} as const;

const NUMERIC = new Set(["tokens", "cost", "duration", "first_token", "spans", "calls"]);
const DEFAULT = new Set(["time", "trace", "text", "model", "tokens", "cost", "duration", "first_token", "status"]);

/** Every column, in the order in which they are offered. */
export const TRACE_COLUMNS: readonly TraceColumn[] = Object.entries(COLUMNS).map(([id, [title, width, least_px]]) => ({
  id: id as TraceColumnId,
  title,
  width,
  least_px,
  isNumeric: NUMERIC.has(id),
  isDefault: DEFAULT.has(id),
}));

const DEFAULT_TEXT = columnsText(TRACE_COLUMNS.filter((column) => column.isDefault));

/** The columns that a text names, each once; the trace itself is always there, as it is the way to open it. */
export function readColumns(text: string | undefined): TraceColumn[] {
  const ids = (text ?? DEFAULT_TEXT).split(",");
  const found = [...new Set(ids)].flatMap((id) => TRACE_COLUMNS.find((column) => column.id === id) ?? []);
  if (!found.some((column) => column.id === "trace")) found.push(...TRACE_COLUMNS.filter(({ id }) => id === "trace"));
  return found;
}

/** Columns as a text for the address; undefined for those that go without saying. */
export function writeColumns(columns: readonly TraceColumn[]): string | undefined {
  const text = columnsText(columns);
  return text === DEFAULT_TEXT ? undefined : text;
}

/** The columns with one more at the end, or without it when it was there. */
export function toggleColumn(columns: readonly TraceColumn[], id: TraceColumnId): TraceColumn[] {
  if (columns.some((column) => column.id === id)) return columns.filter((column) => column.id !== id || id === "trace");
  const added = TRACE_COLUMNS.find((column) => column.id === id);
  return added ? [...columns, added] : [...columns];
}

/** The columns with one of them a place earlier or later. */
export function moveColumn(columns: readonly TraceColumn[], id: TraceColumnId, step: -1 | 1): TraceColumn[] {
  const from = columns.findIndex((column) => column.id === id);
  const to = from + step;
  const moved = columns[from];
  if (moved === undefined || to < 0 || to >= columns.length) return [...columns];
  const rest = columns.filter((column) => column.id !== id);
  return [...rest.slice(0, to), moved, ...rest.slice(to)];
}

/** What a list whose columns nobody chose leaves out first where there is no room. */
const LEAST_NEEDED: readonly TraceColumnId[] = ["first_token", "tokens", "model", "duration", "cost"];

/** Space between columns and at both sides, and the box that marks a row, in pixels. */
const GAP_PX = 14;
const EDGES_PX = 32 + 18 + GAP_PX;

/** Least width of a list with these columns, in pixels. */
export function leastWidth(columns: readonly TraceColumn[]): number {
  return columns.reduce((sum, column) => sum + column.least_px, EDGES_PX + GAP_PX * (columns.length - 1));
}

/** The columns that fit into a width, when nobody chose: those that are needed least go first. */
export function fitColumns(columns: readonly TraceColumn[], width_px: number): TraceColumn[] {
  let fitting = [...columns];
  for (const id of LEAST_NEEDED) {
    if (leastWidth(fitting) <= width_px) break;
    fitting = fitting.filter((column) => column.id !== id);
  }
  return fitting;
}

function columnsText(columns: readonly TraceColumn[]): string {
  return columns.map((column) => column.id).join();
}
