/** Questions behind the query bar and the facets: counts of values, values that complete, names of attributes. */

import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import type { FilterTable } from "../lib/completion";
import { getJson, type Parameters } from "./client";
import type { components } from "./types.generated";

type Schemas = components["schemas"];
export type Facet = Schemas["FacetOut"];

/** How long a list that completes what is typed stays good, in milliseconds. */
const TYPED_STALE_MS = 30_000;

/** The values of some fields, with how many spans have each, under the filter but for the field's own conditions.
 *
 * @param fields names of fields, in any order
 * @param interval_ms how often to ask again; false for never
 */
export function facets(parameters: Parameters, fields: readonly string[], interval_ms: number | false) {
  return queryOptions({
    queryKey: ["facets", parameters, fields],
    queryFn: async ({ signal }) =>
      (await getJson<Schemas["FacetList"]>("/facets", { ...parameters, fields: fields.join(), limit: 12 }, signal))
        .facets,
    enabled: fields.length > 0,
    // a function, so that the pacer of living pages does not count at every arrival
    refetchInterval: () => interval_ms,
    placeholderData: keepPreviousData,
    retry: false,
  });
}

/** Values of a field that contain what is typed, in the range. */
export function fieldValues(table: FilterTable, range: Parameters, name: string, typed: string, isOn: boolean) {
  return queryOptions({
    queryKey: ["field-values", table, range, name, typed],
    queryFn: async ({ signal }) => {
      const path = `/fields/${encodeURIComponent(name)}/values`;
      return (await getJson<Schemas["ValueList"]>(path, { ...range, table, prefix: typed, limit: 12 }, signal)).values;
    },
    enabled: isOn,
    staleTime: TYPED_STALE_MS,
    retry: false,
  });
}

/** Names of attributes that occur in the range, the most frequent first. */
export function attributeNames(table: FilterTable, range: Parameters, isOn: boolean) {
  return queryOptions({
    queryKey: ["attributes", table, range],
    queryFn: async ({ signal }) =>
      (await getJson<Schemas["AttributeList"]>("/attributes", { ...range, table, limit: 500 }, signal)).attributes,
    enabled: isOn,
    staleTime: TYPED_STALE_MS,
    retry: false,
  });
}
