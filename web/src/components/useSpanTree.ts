/** The tree of a trace's spans as the reader has folded it, and how it is walked. */

import { useEffect, useMemo, useState } from "react";
import type { SpanNode } from "../api/types";
import { moveByKey } from "../lib/listKeys";
import { ancestorsOf, countDescendants, parentOf, type TreeRow, visibleRows } from "../lib/tree";

export interface SpanTreeState {
  rows: readonly TreeRow[];
  /** Row of the chosen span; -1 while a folded one hides it. */
  chosenRow: number;
  /** Whether anything is folded. */
  isFolded: boolean;
  fold: (index: number, isFolded: boolean) => void;
  /** Fold everything below the roots, or nothing. */
  foldAll: (isFolded: boolean) => void;
  /** Do what a key does in the tree; false when it does nothing. */
  press: (key: string) => boolean;
}

export function useSpanTree(
  spans: readonly SpanNode[],
  chosen: number,
  onChoose: (index: number) => void,
): SpanTreeState {
  const [folded, setFolded] = useState<ReadonlySet<string>>(new Set());
  const counts = useMemo(() => countDescendants(spans), [spans]);
  const rows = useMemo(() => visibleRows(spans, counts, folded), [spans, counts, folded]);
  const chosenRow = useMemo(() => rows.findIndex((row) => row.index === chosen), [rows, chosen]);

  // what is chosen from elsewhere (a search, the address) is seen, whatever was folded above it
  // biome-ignore lint/correctness/useExhaustiveDependencies: only another choice unfolds, or nothing could be folded
  useEffect(() => {
    const above = ancestorsOf(spans, chosen);
    if (above.some((id) => folded.has(id))) setFolded(new Set([...folded].filter((id) => !above.includes(id))));
  }, [chosen]);

  const fold = (index: number, isFolded: boolean) => {
    const next = new Set(folded);
    const span_id = spans[index]?.span_id ?? "";
    if (isFolded) next.add(span_id);
    else next.delete(span_id);
    setFolded(next);
    const isHidden = isFolded && chosen > index && chosen <= index + (counts[index] ?? 0);
    if (isHidden) onChoose(index);
  };
  const foldAll = (isFolded: boolean) => {
    const held = spans.filter((span, index) => span.depth > 0 && (counts[index] ?? 0) > 0).map((span) => span.span_id);
    setFolded(new Set(isFolded ? held : []));
    const above = isFolded ? ancestorsOf(spans, chosen) : [];
    const top = spans.findIndex((span) => span.span_id === above.at(-2));
    if (top >= 0) onChoose(top);
  };
  /** Fold or unfold; a span that is folded already, or has nothing below it, leads to its parent. */
  const foldByKey = (isFolded: boolean) => {
    const row = rows[chosenRow];
    if (row === undefined) return;
    const canFold = row.descendant_count > 0 && !row.is_folded;
    if (!isFolded || canFold) fold(row.index, isFolded);
    else if (parentOf(spans, row.index) >= 0) onChoose(parentOf(spans, row.index));
  };
  const press = (key: string) => {
    const next = moveByKey(key, chosenRow, rows.length);
    if (next !== null) onChoose(rows[next]?.index ?? 0);
    else if (key === "ArrowLeft" || key === "ArrowRight") foldByKey(key === "ArrowLeft");
    else return false;
    return true;
  };
  return { rows, chosenRow, isFolded: folded.size > 0, fold, foldAll, press };
}
