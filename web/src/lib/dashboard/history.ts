/** Changes that are not saved yet, and the way back through them. Pure. */

/** Most steps back that are kept. */
const MOST_STEPS = 100;

export interface History<State> {
  past: readonly State[];
  present: State;
  future: readonly State[];
}

export function begin<State>(present: State): History<State> {
  return { past: [], present, future: [] };
}

/** A new state; what was undone before is forgotten. Nothing happens where it is the same. */
export function change<State>(history: History<State>, present: State): History<State> {
  if (present === history.present || JSON.stringify(present) === JSON.stringify(history.present)) return history;
  return { past: [...history.past, history.present].slice(-MOST_STEPS), present, future: [] };
}

export function undo<State>(history: History<State>): History<State> {
  const before = history.past.at(-1);
  if (before === undefined) return history;
  return { past: history.past.slice(0, -1), present: before, future: [history.present, ...history.future] };
}

export function redo<State>(history: History<State>): History<State> {
  const [next, ...future] = history.future;
  if (next === undefined) return history;
  return { past: [...history.past, history.present], present: next, future };
}
