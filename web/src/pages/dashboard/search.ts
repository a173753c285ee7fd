/** What the address of a dashboard says. */

import { readVariableSearch, type VariableSearch } from "../../lib/dashboard/variables";
import { dropMissing, type RangeSearch, readRangeSearch, text } from "../../lib/search";

export interface DashboardSearch extends RangeSearch, VariableSearch {
  /** The one panel that is looked at. */
  panel?: string;
  /** Whether it is edited. */
  edit?: boolean;
}

export function readDashboardSearch(search: Record<string, unknown>): DashboardSearch {
  return dropMissing({
    ...readRangeSearch(search),
    ...readVariableSearch(search),
    panel: text(search.panel),
    edit: search.edit === "true" || search.edit === true ? true : undefined,
  });
}
