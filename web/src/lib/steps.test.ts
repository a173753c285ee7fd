import { expect, test } from "vitest";
import { stepsOf } from "./steps";

const call = (start_offset_ns: number, tokens: number | null, cost_usd: number | null, is_model_call = true) => ({
  is_model_call,
  start_offset_ns,
  input_tokens: tokens,
  output_tokens: tokens,
  cost_usd,
});

test("calls are summed in order of time, and a total that their agent repeats is not", () => {
  const spans = [call(0, 300, 9, false), call(20, 100, 0.5), call(10, 50, 0.25), call(30, null, null)];
  expect(stepsOf(spans)).toEqual([
    { index: 2, running_tokens: 100, running_cost_usd: 0.25, running_unpriced_count: 0 },
    { index: 1, running_tokens: 300, running_cost_usd: 0.75, running_unpriced_count: 0 },
    { index: 3, running_tokens: 300, running_cost_usd: 0.75, running_unpriced_count: 0 },
  ]);
});

test("a call with tokens and no price is counted as such", () => {
  expect(stepsOf([call(0, 5, null), call(1, 5, 1)]).map((step) => step.running_unpriced_count)).toEqual([1, 1]);
});
