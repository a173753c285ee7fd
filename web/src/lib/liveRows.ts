/** How pages of a newest-first list and a fresh first page become one list, without losing or doubling a row. */

export interface Page<Row> {
  rows: Row[];
  next_cursor: string | null;
  /** How many rows it had before they were let go, far from where the reader is; missing while it has them. */
  hollow_count?: number;
}

/** Pages as TanStack Query keeps them: each with the cursor it was asked by. */
export interface Pages<Row> {
  pages: Page<Row>[];
  pageParams: (string | null)[];
}

/** Most rows that a first page may grow to; beyond it older rows are dropped, and asked for again when scrolled to. */
export const MOST_ROWS = 2000;

/** All rows of the pages, newest first, each key once: where it stands first. */
export function flattenPages<Row>(pages: readonly Page<Row>[], keyOf: (row: Row) => string): Row[] {
  const seen = new Set<string>();
  return pages.flatMap((page) =>
    page.rows.filter((row) => {
      const key = keyOf(row);
      return seen.has(key) ? false : seen.add(key) !== undefined;
    }),
  );
}

/** Put a fresh first page before the pages that are there.
 *
 * Rows of the fresh page win, since a trace grows while its spans arrive. When nothing of it was known, rows may lie
 * between it and the old pages, so the old pages are let go; so are they when there are too many.
 */
export function mergeFirstPage<Row>(
  known: Pages<Row> | undefined,
  fresh: Page<Row>,
  keyOf: (row: Row) => string,
): Pages<Row> {
  const first = known?.pages[0];
  const alone: Pages<Row> = { pages: [fresh], pageParams: [null] };
  if (!known || !first || fresh.next_cursor === null) return alone;
  const freshKeys = new Set(fresh.rows.map(keyOf));
  const kept = first.rows.filter((row) => !freshKeys.has(keyOf(row)));
  const hasGap = first.rows.length > 0 && kept.length === first.rows.length;
  if (hasGap || fresh.rows.length + kept.length > MOST_ROWS) return alone;
  const merged: Page<Row> = { rows: [...fresh.rows, ...kept], next_cursor: first.next_cursor ?? fresh.next_cursor };
  return { pages: [merged, ...known.pages.slice(1)], pageParams: known.pageParams };
}

/** Keys of the rows in `fresh` that are not in `known`. */
export function newKeys<Row>(known: readonly Row[], fresh: readonly Row[], keyOf: (row: Row) => string): string[] {
  const keys = new Set(known.map(keyOf));
  return fresh.map(keyOf).filter((key) => !keys.has(key));
}

/** Rows as far as they are there: null stands for one that was let go. Each key stands once, where it is first. */
export function placeRows<Row>(pages: readonly Page<Row>[], keyOf: (row: Row) => string): (Row | null)[] {
  const seen = new Set<string>();
  return pages.flatMap((page): (Row | null)[] => {
    if (page.hollow_count !== undefined) return Array.from({ length: page.hollow_count }, () => null);
    return page.rows.filter((row) => {
      const key = keyOf(row);
      return seen.has(key) ? false : seen.add(key) !== undefined;
    });
  });
}

/** Which pages lie within `reach` rows of the rows from `first` to `last`. */
function nearPages<Row>(pages: readonly Page<Row>[], first: number, last: number, reach: number): boolean[] {
  let begin = 0;
  return pages.map((page) => {
    const end = begin + (page.hollow_count ?? page.rows.length);
    const isNear = begin <= last + reach && end > first - reach;
    begin = end;
    return isNear;
  });
}

/** The pages that were let go and come into sight, by their number. */
export function hollowPages<Row>(known: Pages<Row>, first: number, last: number, reach: number): number[] {
  return nearPages(known.pages, first, last, reach).flatMap((isNear, number) =>
    isNear && known.pages[number]?.hollow_count !== undefined ? [number] : [],
  );
}

/** The pages without the rows that are further than `reach` from the reader; the first page, which lives, keeps its own.
 *
 * The same object when there is nothing to let go.
 */
export function letGo<Row>(known: Pages<Row>, first: number, last: number, reach: number): Pages<Row> {
  const near = nearPages(known.pages, first, last, reach);
  const isKept = (page: Page<Row>, number: number) => number === 0 || near[number] || page.hollow_count !== undefined;
  if (known.pages.every(isKept)) return known;
  const pages = known.pages.map((page, number) =>
    isKept(page, number) ? page : { rows: [], next_cursor: page.next_cursor, hollow_count: page.rows.length },
  );
  return { ...known, pages };
}

/** The pages with the rows of one that had been let go; as they are when it is another page by now. */
export function fill<Row>(known: Pages<Row>, number: number, cursor: string | null, page: Page<Row>): Pages<Row> {
  if (known.pageParams[number] !== cursor || known.pages[number]?.hollow_count === undefined) return known;
  const pages = [...known.pages];
  // the cursor stays, as the page after it was asked by it
  pages[number] = { rows: page.rows, next_cursor: known.pages[number].next_cursor };
  return { ...known, pages };
}
