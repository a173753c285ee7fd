import { describe, expect, it } from "vitest";
import {
  keepRange,
  listParameters,
  parseSearch,
  quoteValue,
  rangeParameters,
  readListSearch,
  readRangeSearch,
  readTraceSearch,
  stringifySearch,
} from "./search";

describe("readRangeSearch", () => {
  it("keeps the range, a zone and an interval that exist, and leaves out what goes without saying", () => {
    const search = { project: "a", start: "-1h", end: "-5m", tz: "Asia/Tokyo", refresh: "30s", deploys: "off" };
    expect(readRangeSearch({ ...search, filter: "x" })).toEqual(search);
    expect(readRangeSearch({ tz: "local", refresh: "live", deploys: "on" })).toEqual({});
    expect(readRangeSearch({ tz: "Mars/Olympus", refresh: "1ms", start: 5 })).toEqual({});
  });

  it("is what another page takes over", () => {
    expect(keepRange(readListSearch({ filter: "x", columns: "time", start: "-1h", tz: "utc" }))).toEqual({
      start: "-1h",
      tz: "utc",
    });
    expect(rangeParameters({ project: "a", tz: "utc" })).toEqual({ project: "a", start: "-24h", end: undefined });
  });
});

describe("readListSearch", () => {
  it("keeps what it knows and drops the rest", () => {
    expect(readListSearch({ filter: "model:a", start: "-1h", columns: "time,cost", odd: {}, end: "" })).toEqual({
      filter: "model:a",
      start: "-1h",
      columns: "time,cost",
    });
  });

  it("comes back from an address as it went in, quotes and numbers included", () => {
    const search = { filter: '"a b" cost_usd>0.01', start: "1764000000", columns: "time,cost" };
    expect(readListSearch(parseSearch(stringifySearch(search)))).toEqual(search);
    expect(stringifySearch({ filter: "", project: undefined })).toBe("");
  });

  it("drops what is neither", () => {
    expect([readListSearch({ filter: ["a"], columns: 5 }), readTraceSearch({ span: {} })]).toEqual([{}, {}]);
  });
});

describe("listParameters", () => {
  it("asks for the last day unless told otherwise", () => {
    expect(listParameters({}).start).toBe("-24h");
    expect(listParameters({ start: "-1h", filter: "x" })).toEqual({
      start: "-1h",
      filter: "x",
      project: undefined,
      end: undefined,
    });
  });
});

describe("quoteValue", () => {
  it("quotes what the filter language would read as more than a value", () => {
    expect([quoteValue("gpt-4o"), quoteValue('a "b" (c)')]).toEqual(["gpt-4o", '"a \\"b\\" (c)"']);
  });
});
