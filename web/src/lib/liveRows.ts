/** How pages of a newest-first list and a fresh first page become one list, without losing or doubling a row. */

export interface Page<Row> {
  rows: Row[];
  next_cursor: string | null;
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
