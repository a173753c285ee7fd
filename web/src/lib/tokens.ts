/** How sure a model was of each token of its answer: what a token is called, coloured and told as. */

import { formatNumber, formatShare } from "./format";

/** How surprising a token is: 0 for what was all but certain, up to 4. */
export type Level = 0 | 1 | 2 | 3 | 4;

/** Least probability of each level, the last 0, and how the legend calls it. */
export const LEVELS: readonly { least_ratio: number; words: string }[] = [
  { least_ratio: 0.9, words: "over 90%" },
  { least_ratio: 0.5, words: "50 to 90%" },
  { least_ratio: 0.2, words: "20 to 50%" },
  { least_ratio: 0.05, words: "5 to 20%" },
  { least_ratio: 0, words: "under 5%" },
];

/** From which level on a token is one that the keys jump to. */
export const SURPRISING = 3;

/** The level of a token with this surprisal, which is its negative logprob. */
export function levelOf(surprisal_nats: number): Level {
  const probability = Math.exp(-surprisal_nats);
  return LEVELS.findIndex((level) => probability >= level.least_ratio) as Level;
}

/** The probability behind a surprisal in words; what is next to impossible is not told as nothing. */
export function formatProbability(surprisal_nats: number): string {
  const probability = Math.exp(-surprisal_nats);
  if (probability > 0 && probability < 0.0001) return "under 0.01%";
  return formatShare(probability);
}

/** A measure in nats. */
export function formatNats(value_nats: number): string {
  return `${formatNumber(Math.round(value_nats * 1000) / 1000)} nats`;
}

/** A token's text so that white space is seen: line ends and tabs have signs of their own, and stay. */
export function shownText(text: string): string {
  return text.replaceAll("\r", "␍").replaceAll("\n", "⏎\n").replaceAll("\t", "⇥\t");
}

/** A token's text in a line of its own. */
export function quotedText(text: string): string {
  return `“${text.replaceAll("\r", "␍").replaceAll("\n", "⏎").replaceAll("\t", "⇥")}”`;
}

/** Where the keys lead from a token; null where they lead nowhere.
 *
 * Left and right go by one, down and up to the next and the last one that surprised, Home and End to the ends.
 */
export function nextToken(key: string, at: number, surprisals_nats: readonly number[]): number | null {
  const last = surprisals_nats.length - 1;
  const isSurprising = (surprisal_nats: number) => levelOf(surprisal_nats) >= SURPRISING;
  switch (key) {
    case "ArrowRight":
      return Math.min(at + 1, last);
    case "ArrowLeft":
      return Math.max(at - 1, 0);
    case "ArrowDown": {
      const found = surprisals_nats.findIndex((surprisal_nats, index) => index > at && isSurprising(surprisal_nats));
      return found < 0 ? null : found;
    }
    case "ArrowUp": {
      const found = surprisals_nats.slice(0, Math.max(at, 0)).findLastIndex(isSurprising);
      return found < 0 ? null : found;
    }
    case "Home":
      return 0;
    case "End":
      return last;
    default:
      return null;
  }
}
