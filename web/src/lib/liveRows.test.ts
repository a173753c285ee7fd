import { describe, expect, it } from "vitest";
import { flattenPages, MOST_ROWS, mergeFirstPage, newKeys, type Pages } from "./liveRows";

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
