import { describe, expect, it } from "vitest";
import { chooseSides, readComparisonSearch, readModelsSearch, share, sortedBy } from "./models";

describe("addresses of models and comparisons", () => {
  it("keep what is known and drop the rest", () => {
    expect(readModelsSearch({ measure: "duration_p95_ns", by: "-cost", evil: 1 })).toEqual({
      measure: "duration_p95_ns",
      by: "-cost",
    });
    expect(readModelsSearch({ measure: "constructor" })).toEqual({});
    expect(readComparisonSearch({ dimension: "release", left: "1", right: "2" })).toEqual({
      dimension: "release",
      left: "1",
      right: "2",
    });
  });
});

describe("chooseSides", () => {
  it("takes the two most frequent, the older release on the left", () => {
    expect(chooseSides({}, ["2.10.0", "2.9.1", "1.0"])).toEqual(["2.9.1", "2.10.0"]);
    expect(chooseSides({}, ["one"])).toEqual(["one", undefined]);
  });

  it("keeps what was chosen and never compares a value with itself", () => {
    expect(chooseSides({ left: "a" }, ["a", "b", "c"])).toEqual(["a", "b"]);
    expect(chooseSides({ right: "b" }, ["b"])).toEqual([undefined, "b"]);
    expect(chooseSides({ left: "x", right: "y" }, [])).toEqual(["x", "y"]);
  });
});

describe("sortedBy", () => {
  it("puts what is not known last either way", () => {
    const rows = [{ n: 2 }, { n: null }, { n: 1 }, { n: 3 }];
    expect(sortedBy(rows, ({ n }) => n, true).map(({ n }) => n)).toEqual([1, 2, 3, null]);
    expect(sortedBy(rows, ({ n }) => n, false).map(({ n }) => n)).toEqual([3, 2, 1, null]);
  });
});

it("share is not known without a whole", () => {
  expect([share(1, 4), share(null, 4), share(1, 0)]).toEqual([0.25, null, null]);
});
