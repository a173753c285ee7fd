/** The keys of the trace's page: j and k and the arrows in the tree, e and E from error to error, / to look for a text. */

import type { RefObject } from "react";
import type { SpanTreeState } from "../../components/useSpanTree";
import { type KeyActions, useKeys } from "../shell/keys";

interface TraceKeys {
  tree: SpanTreeState;
  searchRef: RefObject<HTMLInputElement | null>;
  onError: (direction: 1 | -1) => void;
  onBack: () => void;
}

export function useTraceKeys({ tree, searchRef, onError, onBack }: TraceKeys): void {
  const press = (key: string) => () => {
    tree.press(key);
  };
  const actions: KeyActions = {
    j: [press("j"), "Next span"],
    k: [press("k"), "Previous span"],
    ArrowDown: press("ArrowDown"),
    ArrowUp: press("ArrowUp"),
    ArrowLeft: [press("ArrowLeft"), "Fold the span, or go to its parent"],
    ArrowRight: [press("ArrowRight"), "Unfold the span"],
    e: [() => onError(1), "Next error"],
    E: [() => onError(-1), "Previous error"],
    "/": [() => searchRef.current?.focus(), "Find in this trace"],
    Escape: onBack,
  };
  useKeys(actions);
}
