/** What is chosen of a dashboard's variables: in the address as var-NAME, for the server as lists, in titles as words. Pure. */

import type { DashboardDocument, Panel, PanelQuery, Variable } from "../../api/dashboardTypes";

/** Parameters of the address that are variables. */
export type VariableSearch = { [name: `var-${string}`]: string | undefined };

/** What panels are asked with. */
export interface Chosen {
  values: Record<string, string[]>;
  filters: Record<string, string>;
}

/** Values that the address says, or what the dashboard begins with; an address that says nothing at all chooses everything. */
export function chosenValues(variable: Variable, search: VariableSearch): string[] {
  const said = search[`var-${variable.name}`];
  return said === undefined ? variable.default : readValues(said);
}

/** What is chosen of all variables, as panels are asked. */
export function chosenOf(variables: readonly Variable[], search: VariableSearch): Chosen {
  const chosen: Chosen = { values: {}, filters: {} };
  for (const variable of variables) {
    const values = chosenValues(variable, search);
    if (variable.kind === "values") chosen.values[variable.name] = values;
    if (variable.kind === "filter") chosen.filters[variable.name] = values[0] ?? "";
  }
  return chosen;
}

/** What the address is to say of a choice; undefined where it goes without saying. */
export function writeValues(variable: Variable, values: readonly string[]): string | undefined {
  if (JSON.stringify(values) === JSON.stringify(variable.default)) return undefined;
  // a comma and a percent sign in a value are escaped, so that commas can stand between values; one comma is "everything"
  return values.length === 0 ? "," : values.map((value) => value.replace(/[%,]/g, encodeURIComponent)).join(",");
}

export function readValues(text: string): string[] {
  return text
    .split(",")
    .filter((part) => part !== "")
    .map((part) => part.replace(/%(25|2C)/gi, decodeURIComponent));
}

/** The variables of an address and nothing else. */
export function readVariableSearch(search: Record<string, unknown>): VariableSearch {
  const found = Object.entries(search).filter(
    ([name, value]) => /^var-[a-z][a-z0-9_]{0,30}$/.test(name) && typeof value === "string" && value !== "",
  );
  return Object.fromEntries(found) as VariableSearch;
}

/** A title with what is chosen in the place of `$name`. */
export function withValues(title: string, { values, filters }: Chosen): string {
  return title.replace(/\$([a-z][a-z0-9_]*)/g, (whole, name: string) => {
    const chosen = values[name] ?? (name in filters ? [filters[name] ?? ""].filter(Boolean) : undefined);
    if (chosen === undefined) return whole;
    return chosen.length === 0 ? "everything" : chosen.join(", ");
  });
}

/** The document with a variable called otherwise, in everything that speaks of it: filters, titles, texts and SQL. */
export function renameVariable(document: DashboardDocument, from: string, to: string): DashboardDocument {
  const spoken = new RegExp(`\\$${from}(?![a-z0-9_])`, "g");
  // a function, as a dollar sign in a replacement would have a meaning of its own
  const inText = (text: string) => text.replace(spoken, () => `$${to}`);
  return {
    ...document,
    variables: document.variables.map((it) => (it.name === from ? { ...it, name: to } : it)),
    panels: document.panels.map((panel) => ({
      ...panel,
      title: inText(panel.title),
      description: inText(panel.description),
      text: inText(panel.text),
      query: renamedIn(panel.query, from, to, inText),
    })),
  };
}

function renamedIn(
  query: Panel["query"],
  from: string,
  to: string,
  inText: (text: string) => string,
): PanelQuery | null | undefined {
  if (!query) return query;
  if (query.source !== "sql") return { ...query, filter: inText(query.filter) };
  // a value of the panel's own goes before the variable, and keeps its name
  if (from in query.parameters) return query;
  return { ...query, query: query.query.replace(new RegExp(`\\{\\s*${from}\\s*:`, "g"), () => `{${to}:`) };
}
