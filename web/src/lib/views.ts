/** Saved views: what of a page's address they keep. */

/** A search as a view keeps it: texts by parameter, without the project, to which the view belongs. */
export function viewSearch(search: object): Record<string, string> {
  const texts = Object.entries(search).filter(([name, value]) => name !== "project" && value !== undefined);
  return Object.fromEntries(texts.map(([name, value]) => [name, String(value)]));
}

/** Whether a page shows what a view keeps. */
export function isShown(view: Readonly<Record<string, string>>, search: object): boolean {
  const [kept, shown] = [sorted(view), sorted(viewSearch(search))];
  return JSON.stringify(kept) === JSON.stringify(shown);
}

/** Whether an address says nothing that a view could keep, so that the reader's own view may open. */
export function isBare(search: object): boolean {
  return Object.keys(viewSearch(search)).length === 0;
}

function sorted(search: Readonly<Record<string, string>>): [string, string][] {
  return Object.entries(search).sort(([one], [other]) => (one < other ? -1 : 1));
}
