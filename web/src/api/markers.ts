/** Deploy markers: what was rolled out or done within a range. */

import { queryOptions } from "@tanstack/react-query";
import { type ChartMarker, chartMarker } from "../lib/markers";
import { type RangeSearch, rangeParameters } from "../lib/search";
import { getJson } from "./client";
import type { MarkerList } from "./types";

/** Most lines of a chart: more would hide it. */
const MOST_MARKERS = 50;

/** How often a range that ends now is asked for again, in milliseconds: people deploy seldom. */
const CHECK_MS = 60_000;

/** The markers of the range as charts draw them, the newest first. */
export function chartMarkers(search: RangeSearch) {
  const parameters = { ...rangeParameters(search), limit: MOST_MARKERS };
  return queryOptions({
    queryKey: ["markers", parameters],
    queryFn: async ({ signal }): Promise<ChartMarker[]> => {
      const { markers } = await getJson<MarkerList>("/markers", parameters, signal);
      return markers.map(chartMarker);
    },
    enabled: search.deploys !== "off",
    staleTime: CHECK_MS,
    // a chart without them is no failure
    retry: false,
    refetchInterval: search.end === undefined ? CHECK_MS : false,
  });
}
