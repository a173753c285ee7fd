/** What the reader's key allows. */

import { queryOptions, useQuery } from "@tanstack/react-query";
import { getJson } from "./client";
import { readKey } from "./key";
import type { components } from "./types.generated";

type Asker = components["schemas"]["AskerOut"];
type Scope = Asker["scopes"][number];

const STALE_MS = 60_000;

function asker() {
  return queryOptions({
    queryKey: ["asker", readKey() !== null],
    queryFn: ({ signal }) => getJson<Asker>("/keys/current", {}, signal),
    staleTime: STALE_MS,
    retry: false,
  });
}

/** Whether the reader may do what takes `scope`; true until it is known, as the server refuses what is not allowed. */
export function useMay(scope: Scope): boolean {
  const { data } = useQuery(asker());
  return data === undefined || data.scopes.includes(scope) || data.scopes.includes("admin");
}

/** Why a change is not offered. */
export const MAY_NOT_EDIT = "Your key may look but not change anything: this takes a key with the scope edit";
