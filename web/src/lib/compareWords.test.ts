import { describe, expect, it } from "vitest";
import { type Compared, changeInWords, formatSigned, intervalInWords, relative, summary } from "./compareWords";

const slower: Compared = {
  name: "duration_p50_ns",
  unit: "ns",
  left: 1e9,
  right: 1.45e9,
  difference: 0.45e9,
  ratio: 1.45,
  low: 0.3e9,
  high: 0.6e9,
  change: "worse",
  greater_ratio: 0.8,
};

describe("changeInWords", () => {
  it("says what changed, how much and from what", () => {
    expect(changeInWords(slower)).toBe("A typical call is 45% slower: 1.45 s instead of 1 s.");
    expect(changeInWords({ ...slower, right: 0.8e9, difference: -0.2e9, ratio: 0.8 })).toBe(
      "A typical call is 20% faster: 800 ms instead of 1 s.",
    );
    expect(changeInWords({ ...slower, right: 4e9, difference: 3e9, ratio: 4 })).toContain("is 300% slower");
  });

  it("has no size where there was nothing before", () => {
    const errors = { ...slower, name: "error_ratio", unit: "", left: 0, right: 0.034, difference: 0.034, ratio: null };
    expect(changeInWords(errors)).toBe("Errors are more frequent: 3.4% instead of 0%.");
  });
});

describe("summary", () => {
  it("counts what is clear, and says when nothing is", () => {
    const changes = ["worse", "better", "higher", "unclear", "unclear", "unknown"] as const;
    expect(summary(changes.map((change) => ({ ...slower, change })))).toBe(
      "1 worse, 1 better, 1 changed that is neither; no clear difference in 2.",
    );
    expect(summary([{ ...slower, change: "unclear" }])).toContain("No clear difference");
    expect(summary([{ ...slower, change: "unknown" }])).toContain("Too few calls");
  });
});

describe("numbers of a comparison", () => {
  it("have signs and units", () => {
    expect(intervalInWords(slower)).toBe("+300 ms to +600 ms");
    expect(intervalInWords({ ...slower, low: null })).toBe("–");
    expect(formatSigned(-0.034, "ratio")).toBe("−3.4%");
    expect(formatSigned(0, "usd")).toBe("±0");
  });

  it("are put on one axis as shares of the left value", () => {
    expect(relative(slower)).toEqual({ at: 0.45, low: 0.3, high: 0.6 });
    expect(relative({ ...slower, left: 0 })).toBeNull();
    expect(relative({ ...slower, high: null })).toBeNull();
  });
});
