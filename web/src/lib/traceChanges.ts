/** What is different between two traces, or two steps: the figures side by side and how they changed. */

export interface Figures {
  duration_ns: number;
  input_tokens: number | null;
  output_tokens: number | null;
  cost_usd: number | null;
}

/** A figure on both sides; what is not known is null. */
export interface Change {
  left: number | null;
  right: number | null;
  /** right - left; null when one of them is not known. */
  difference: number | null;
  /** difference / left; null when left is not known or 0. */
  ratio: number | null;
}

export function changeOf(left: number | null | undefined, right: number | null | undefined): Change {
  const [one, other] = [left ?? null, right ?? null];
  const difference = one === null || other === null ? null : other - one;
  return { left: one, right: other, difference, ratio: difference === null || !one ? null : difference / one };
}

/** Tokens in and out; null when neither is known. */
export function tokensOf(figures: Pick<Figures, "input_tokens" | "output_tokens"> | undefined): number | null {
  if (!figures || (figures.input_tokens === null && figures.output_tokens === null)) return null;
  return (figures.input_tokens ?? 0) + (figures.output_tokens ?? 0);
}
