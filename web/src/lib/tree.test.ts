import { describe, expect, it } from "vitest";
import { countDescendants, parentOf, visibleRows } from "./tree";

const spans = [0, 1, 2, 2, 1, 0, 1].map((depth, index) => ({ span_id: `s${index}`, depth }));

describe("tree", () => {
  it("counts what is below each span, several roots included", () => {
    expect(countDescendants(spans)).toEqual([4, 2, 0, 0, 0, 1, 0]);
  });

  it("hides everything below a folded span and nothing else", () => {
    const rows = visibleRows(spans, countDescendants(spans), new Set(["s1"]));
    expect(rows.map((row) => row.index)).toEqual([0, 1, 4, 5, 6]);
    expect(rows[1]).toEqual({ index: 1, descendant_count: 2, is_folded: true });
  });

  it("ignores a fold on a span without children", () => {
    expect(visibleRows(spans, countDescendants(spans), new Set(["s2"]))).toHaveLength(spans.length);
  });

  it("finds the parent, and none for a root", () => {
    expect([3, 4, 5].map((index) => parentOf(spans, index))).toEqual([1, 0, -1]);
  });

  it("stays quick when 10,000 spans hang in one chain", () => {
    const chain = Array.from({ length: 10_000 }, (_, depth) => ({ span_id: `s${depth}`, depth }));
    expect(countDescendants(chain)[0]).toBe(9_999);
  });
});
