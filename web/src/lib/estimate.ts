/** What is said of figures that were estimated from a part of the spans. */

import { formatShare } from "./format";

/** From how much a figure was estimated; nothing where it is exact. */
export function estimateNote(sampledShare: number | null | undefined): string {
  return sampledShare == null ? "" : `estimated from ${formatShare(sampledShare)} of the spans`;
}

/** What a figure or a chart says of itself, and that it is an estimate where it is one. */
export function withEstimate(words: string, sampledShare: number | null | undefined): string {
  return [words, estimateNote(sampledShare)].filter(Boolean).join(", ");
}
