import { describe, expect, it } from "vitest";
import { totalsOf } from "./usageTotals";

const calls = {
  group: { is_model_call: true },
  total: { span_count: 10, error_count: 1, input_tokens: 500, cost_usd: 0.5, duration_p95_ns: 9e9, unpriced_count: 2 },
  values: { span_count: [4, 6], error_count: [0, 1] },
};
const others = {
  group: { is_model_call: false },
  total: {
    span_count: 30,
    error_count: 2,
    input_tokens: null,
    cost_usd: null,
    duration_p95_ns: 1e6,
    unpriced_count: 0,
  },
  values: { span_count: [10, null], error_count: [2, 0] },
};

describe("totalsOf", () => {
  it("adds counts over all spans, and takes tokens, cost and quantiles from the model calls", () => {
    const totals = totalsOf([others, calls], 2);
    expect(totals).toMatchObject({
      span_count: 40,
      error_count: 3,
      model_call_count: 10,
      input_tokens: 500,
      cost_usd: 0.5,
    });
    expect([totals.duration_p95_ns, totals.unpriced_count]).toEqual([9e9, 2]);
    expect([totals.span_counts, totals.error_counts]).toEqual([
      [14, 6],
      [2, 1],
    ]);
  });

  it("shows the duration of other spans where no model was called, and no cost", () => {
    expect(totalsOf([others], 2)).toMatchObject({ model_call_count: 0, duration_p95_ns: 1e6, cost_usd: null });
  });

  it("knows nothing where there is nothing", () => {
    expect(totalsOf([], 1)).toMatchObject({ span_count: 0, duration_p95_ns: null, span_counts: [0] });
  });
});
