/** Keys of the pages and of the frame: one listener for all, and a list of them for `?`. */

import { useEffect, useRef } from "react";
import { type Pending, readPress } from "../../lib/keySequence";

/** What a key does, or that and what it is called in the list of keys. */
export type KeyAction = (() => void) | [action: () => void, brief: string];

/** Keys as in `j`, `?`, `g t` (one after the other), and what they do. */
export type KeyActions = Record<string, KeyAction>;

/** What keys are called that many pages have. */
const BRIEFS: Record<string, string> = {
  j: "Next",
  k: "Previous",
  "/": "Search on this page",
  Enter: "Open",
  Escape: "Back",
};

/** Those who bind keys, the latest last; the latest is asked first. */
const binders: { current: KeyActions }[] = [];

/** Bind keys while the calling component is on the page. */
export function useKeys(actions: KeyActions): void {
  const binder = useRef(actions);
  useEffect(() => {
    binder.current = actions;
  });
  useEffect(() => {
    binders.push(binder);
    return () => {
      binders.splice(binders.indexOf(binder), 1);
    };
  }, []);
}

/** All keys that are bound now, with what they are called; those of the page before those of the frame. */
export function boundKeys(): { keys: string; brief: string }[] {
  const found = new Map<string, string>();
  for (const { current } of binders.toReversed()) {
    for (const [keys, action] of Object.entries(current)) {
      const brief = (Array.isArray(action) ? action[1] : BRIEFS[keys]) ?? "";
      if (!found.has(keys) && brief !== "") found.set(keys, brief);
    }
  }
  return [...found].map(([keys, brief]) => ({ keys, brief }));
}

/** Listen to the keyboard for all binders; the frame does it once. */
export function useKeyboard(): void {
  const pending = useRef<Pending | null>(null);
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || isTaken(event.target)) return;
      const known = new Set(binders.flatMap(({ current }) => Object.keys(current)));
      const press = readPress(event.key, event.timeStamp, pending.current, known);
      pending.current = press.pending;
      const binder = binders.findLast(({ current }) => press.found !== null && press.found in current);
      const action = press.found === null ? undefined : binder?.current[press.found];
      if (action === undefined) return;
      event.preventDefault();
      if (Array.isArray(action)) action[0]();
      else action();
    };
    window.addEventListener("keydown", onKeyDown);
    return () => window.removeEventListener("keydown", onKeyDown);
  }, []);
}

/** Whether keys are meant for something else: a field that is written in, or a window above the page. */
function isTaken(target: EventTarget | null): boolean {
  if (document.querySelector('[aria-modal="true"]') !== null) return true;
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable || target.closest("input, textarea, select, [role=listbox], [role=menu]") !== null)
  );
}
