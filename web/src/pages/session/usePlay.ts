/** Walks through a conversation turn by turn: by keys, or by itself. */

import { useEffect, useRef, useState } from "react";
import type { Turn } from "../../api/people";

/** How long each turn stays while it plays: longer for more words, in milliseconds. */
const LEAST_MS = 1200;
const MOST_MS = 6000;
const MS_A_CHARACTER = 12;

export function usePlay(
  turns: readonly Turn[],
  current: string | undefined,
  choose: (trace_id: string) => void,
  onNeed: (() => void) | undefined,
) {
  const [isPlaying, setPlaying] = useState(false);
  const index = turns.findIndex(({ trace }) => trace.trace_id === current);
  const step = (by: number) => {
    const at = index < 0 ? (by > 0 ? 0 : turns.length - 1) : index + by;
    const next = turns[Math.max(0, Math.min(turns.length - 1, at))];
    if (next) choose(next.trace.trace_id);
    if (at >= turns.length - 2) onNeed?.();
  };

  // a shared address may lead to a turn of a later page
  useEffect(() => {
    if (current !== undefined && index < 0 && turns.length > 0) onNeed?.();
  }, [current, index, turns.length, onNeed]);

  const latest = useRef(step);
  useEffect(() => {
    latest.current = step;
  });
  const isAtEnd = index === turns.length - 1 && onNeed === undefined;
  const words = turns[index]?.trace.output_preview.length ?? 0;
  useEffect(() => {
    if (!isPlaying) return;
    if (isAtEnd) return setPlaying(false);
    // index is looked at so that each turn gets its own time
    const wait_ms = index < 0 ? 0 : Math.min(MOST_MS, LEAST_MS + words * MS_A_CHARACTER);
    const timer = setTimeout(() => latest.current(1), wait_ms);
    return () => clearTimeout(timer);
  }, [isPlaying, isAtEnd, index, words]);

  const toggle = () => {
    // played to its end, it begins again
    if (!isPlaying && isAtEnd && turns[0]) choose(turns[0].trace.trace_id);
    setPlaying(!isPlaying);
  };
  return { isPlaying, step, toggle };
}
