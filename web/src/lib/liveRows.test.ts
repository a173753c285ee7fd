import { describe, expect, it } from "vitest";
import {
  fill,
  flattenPages,
  hollowPages,
  letGo,
  MOST_ROWS,
  mergeFirstPage,
  newKeys,
  type Pages,
  placeRows,
} from "./liveRows";

interface Row {
  id: string;
  spans: number;
}
const keyOf = (row: Row) => row.id;
const row = (id: string, spans = 1): Row => ({ id, spans });
const known: Pages<Row> = {
  pages: [
    { rows: [row("c"), row("b")], next_cursor: "after-b" },
    { rows: [row("a")], next_cursor: null },
  ],
  pageParams: [null, "after-b"],
};

describe("mergeFirstPage", () => {
  it("puts new rows first, renews known ones and keeps the older pages where they were", () => {
    const merged = mergeFirstPage(known, { rows: [row("d"), row("c", 5)], next_cursor: "after-c" }, keyOf);
    expect(flattenPages(merged.pages, keyOf)).toEqual([row("d"), row("c", 5), row("b"), row("a")]);
    expect(merged.pages[0]?.next_cursor).toBe("after-b");
    expect(merged.pageParams).toEqual(known.pageParams);
  });

  it("lets the old pages go when rows may lie between them and the fresh page", () => {
    const merged = mergeFirstPage(known, { rows: [row("z"), row("y")], next_cursor: "after-y" }, keyOf);
    expect(flattenPages(merged.pages, keyOf).map(keyOf)).toEqual(["z", "y"]);
    expect(merged.pages.at(-1)?.next_cursor).toBe("after-y");
  });

  it("takes a page without a next one for everything there is", () => {
    expect(mergeFirstPage(known, { rows: [row("c")], next_cursor: null }, keyOf).pages).toHaveLength(1);
  });

  it("begins with the fresh page, and begins again when the first page has grown too long", () => {
    expect(mergeFirstPage(undefined, { rows: [row("a")], next_cursor: null }, keyOf).pages).toHaveLength(1);
    const long: Pages<Row> = {
      pages: [{ rows: Array.from({ length: MOST_ROWS }, (_, index) => row(`${index}`)), next_cursor: "x" }],
      pageParams: [null],
    };
    expect(mergeFirstPage(long, { rows: [row("new"), row("0")], next_cursor: "y" }, keyOf).pages[0]?.rows).toHaveLength(
      2,
    );
  });
});

describe("flattenPages", () => {
  it("shows a trace once, where it was seen last", () => {
    const rows = flattenPages(
      [
        { rows: [row("a", 2)], next_cursor: "x" },
        { rows: [row("a", 1), row("b")], next_cursor: null },
      ],
      keyOf,
    );
    expect(rows).toEqual([row("a", 2), row("b")]);
  });
});

describe("newKeys", () => {
  it("names what was not there before", () => {
    expect(newKeys([row("a")], [row("b"), row("a")], keyOf)).toEqual(["b"]);
  });
});

describe("rows that are far away", () => {
  const long: Pages<Row> = {
    pages: Array.from({ length: 10 }, (_, page) => ({
      rows: Array.from({ length: 10 }, (_, at) => row(`${page * 10 + at}`)),
      next_cursor: `after-${page}`,
    })),
    pageParams: [null, ...Array.from({ length: 9 }, (_, page) => `after-${page}`)],
  };

  it("are let go, but for the first page, and leave every other row where it was", () => {
    const less = letGo(long, 80, 89, 10);
    expect(less.pages.map(({ rows }) => rows.length)).toEqual([10, 0, 0, 0, 0, 0, 0, 10, 10, 10]);
    const rows = placeRows(less.pages, keyOf);
    expect(rows).toHaveLength(100);
    expect(rows[85]).toEqual(row("85"));
    expect(rows[45]).toBeNull();
    expect(letGo(less, 80, 89, 10)).toBe(less);
  });

  it("come back where they were when they are near again", () => {
    const less = letGo(long, 80, 89, 10);
    expect(hollowPages(less, 45, 49, 5)).toEqual([4, 5]);
    expect(hollowPages(less, 80, 89, 5)).toEqual([]);
    const filled = fill(less, 4, "after-3", { rows: long.pages[4]?.rows ?? [], next_cursor: "another walk" });
    expect(placeRows(filled.pages, keyOf)[45]).toEqual(row("45"));
    expect(filled.pages[4]?.next_cursor).toBe("after-4");
  });

  it("are not put into a list that has become another one", () => {
    const less = letGo(long, 80, 89, 10);
    expect(fill(less, 4, "of another list", { rows: [], next_cursor: null })).toBe(less);
    expect(fill(long, 4, "after-3", { rows: [], next_cursor: null })).toBe(long);
  });
});
