/** What the pages of settings are asked for. */

import { dropMissing, type RangeSearch, readRangeSearch, text } from "./search";

export interface SettingsSearch extends RangeSearch {
  /** Model that a price is to be given, and its provider. */
  model?: string;
  provider?: string;
}

/** The sections, in the menu's order. */
export const SECTIONS = {
  projects: "Projects",
  keys: "API keys",
  prices: "Prices",
  retention: "Retention",
  outlets: "Outlets",
  health: "Health",
  appearance: "Appearance",
} as const;

export type Section = keyof typeof SECTIONS;

export function readSettingsSearch(search: Record<string, unknown>): SettingsSearch {
  return dropMissing({ ...readRangeSearch(search), model: text(search.model), provider: text(search.provider) });
}

/** The section of an address; the first one where it names none. */
export function readSection(section: unknown): Section {
  return typeof section === "string" && Object.hasOwn(SECTIONS, section) ? (section as Section) : "projects";
}
