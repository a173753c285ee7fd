/** The steps of a trace that cost something: each with what it used, and the sums up to it in order of time. */

export interface StepSpan {
  is_model_call: boolean;
  start_offset_ns: number;
  input_tokens: number | null;
  output_tokens: number | null;
  cost_usd: number | null;
}

export interface Step {
  /** Position of the span in the trace. */
  index: number;
  /** Tokens in and out of this and all steps before it. */
  running_tokens: number;
  /** Cost of this and all steps before it, USD; unpriced steps add nothing. */
  running_cost_usd: number;
  /** Steps up to this one that have tokens and no price. */
  running_unpriced_count: number;
}

/** The calls to models in order of their start; usage that other spans repeat (an agent's total) is counted once, on the calls. */
export function stepsOf(spans: readonly StepSpan[]): Step[] {
  const calls = spans
    .map((span, index) => ({ span, index }))
    .filter(({ span }) => span.is_model_call)
    .sort((one, other) => one.span.start_offset_ns - other.span.start_offset_ns || one.index - other.index);
  let [running_tokens, running_cost_usd, running_unpriced_count] = [0, 0, 0];
  return calls.map(({ span, index }) => {
    const hasTokens = span.input_tokens !== null || span.output_tokens !== null;
    running_tokens += (span.input_tokens ?? 0) + (span.output_tokens ?? 0);
    running_cost_usd += span.cost_usd ?? 0;
    if (hasTokens && span.cost_usd === null) running_unpriced_count += 1;
    return { index, running_tokens, running_cost_usd, running_unpriced_count };
  });
}
