/** The rules that watch what the charts show, with what they read in the range. */

import { useQueries, useQuery } from "@tanstack/react-query";
import { readings, rules } from "../../api/alerts";
import { type Charted, type Watched, watches } from "../../lib/alerts/overlays";
import type { RangeSearch } from "../../lib/search";

/** Rules whose readings are asked for. */
const MOST_RULES = 6;

export function useWatched(charts: readonly Charted[], search: RangeSearch): Watched[] {
  const { data } = useQuery(rules(search.project));
  const fitting = (data?.rules ?? []).filter((entry) => charts.some((it) => watches(entry, it))).slice(0, MOST_RULES);
  return useQueries({
    queries: fitting.map((entry) => readings(entry.id, search)),
    combine: (found) => found.flatMap(({ data: read }, index) => watchedOf(fitting[index], read?.series)),
  });
}

function watchedOf(entry: Watched["entry"] | undefined, series: Watched["series"] | undefined): Watched[] {
  return entry && series ? [{ entry, series }] : [];
}
