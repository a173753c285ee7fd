/** The reader's API key, kept for this tab only, and whether the server has asked for one. */

const STORAGE_NAME = "watchglass.key";
const listeners = new Set<() => void>();
let isAsked = false;

export function readKey(): string | null {
  return sessionStorage.getItem(STORAGE_NAME);
}

/** Keep a key for this tab; what waits for one is told. */
export function saveKey(key: string): void {
  sessionStorage.setItem(STORAGE_NAME, key);
  setAsked(false);
}

/** Note that the server refused a request for want of a key. */
export function askForKey(): void {
  setAsked(true);
}

export function isKeyAsked(): boolean {
  return isAsked;
}

/** Call `listener` when the server begins or ceases to ask; returns how to stop. */
export function onKeyAsked(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

function setAsked(value: boolean): void {
  isAsked = value;
  for (const listener of listeners) listener();
}
