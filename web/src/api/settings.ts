/** What the pages of settings ask and change. */

import { keepPreviousData, queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { getJson, sendJson } from "./client";
import type {
  ApiKey,
  CreatedKey,
  NewKey,
  NewPrice,
  Outlet,
  Price,
  Project,
  ServerState,
  TableRetention,
  UnpricedModel,
} from "./types";

/** How often the server's health is asked for, in milliseconds. */
const HEALTH_INTERVAL_MS = 2000;

/** How often the state of the outlets is, in milliseconds. */
const OUTLETS_INTERVAL_MS = 5000;

export function keyList() {
  return queryOptions({
    queryKey: ["keys"],
    queryFn: async ({ signal }) => (await getJson<{ keys: ApiKey[] }>("/keys", {}, signal)).keys,
  });
}

export function priceList(project: string | undefined) {
  return queryOptions({
    queryKey: ["prices", project],
    queryFn: async ({ signal }) => (await getJson<{ prices: Price[] }>("/prices", { project }, signal)).prices,
  });
}

/** Models of the last month whose calls have tokens and no price. */
export function unpricedModels(project: string | undefined) {
  return queryOptions({
    queryKey: ["unpriced", project],
    queryFn: async ({ signal }) =>
      (await getJson<{ models: UnpricedModel[] }>("/models/unpriced", { project, start: "-30d" }, signal)).models,
  });
}

export function retention() {
  return queryOptions({
    queryKey: ["retention"],
    queryFn: async ({ signal }) => (await getJson<{ tables: TableRetention[] }>("/retention", {}, signal)).tables,
  });
}

/** How the server is, now and at the look before. */
export function serverState() {
  return queryOptions({
    queryKey: ["server"],
    queryFn: ({ signal }) => getJson<ServerState>("/server", {}, signal),
    refetchInterval: ({ state }) => (state.data === undefined ? false : HEALTH_INTERVAL_MS),
    placeholderData: keepPreviousData,
  });
}

/** How the outlets are, whichever server delivers them. */
export function outletList() {
  return queryOptions({
    queryKey: ["outlets"],
    queryFn: async ({ signal }) => (await getJson<{ outlets: Outlet[] }>("/outlets", {}, signal)).outlets,
    refetchInterval: ({ state }) => (state.data === undefined ? false : OUTLETS_INTERVAL_MS),
  });
}

/** A change, after which what it touches is asked for again. */
function useChange<Input, Answer>(change: (input: Input) => Promise<Answer>, ...touched: string[]) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: change,
    onSuccess: () => Promise.all(touched.map((name) => queries.invalidateQueries({ queryKey: [name] }))),
  });
}

export function useCreateProject() {
  return useChange(
    (project: { id: string; name: string }) => sendJson<Project>("POST", "/projects", project),
    "projects",
  );
}

export function useRenameProject() {
  return useChange(
    ({ id, name }: { id: string; name: string }) => sendJson<Project>("PATCH", `/projects/${id}`, { name }),
    "projects",
  );
}

export function useCreateKey() {
  return useChange((key: NewKey) => sendJson<CreatedKey>("POST", "/keys", key), "keys");
}

export function useRevokeKey() {
  return useChange((id: string) => sendJson("DELETE", `/keys/${id}`), "keys");
}

export function useCreatePrice() {
  return useChange((price: NewPrice) => sendJson<Price>("POST", "/prices", price), "prices");
}

export function useDeletePrice() {
  return useChange((id: string) => sendJson("DELETE", `/prices/${id}`), "prices");
}
