/** Saved views of a page: asked for, saved, changed, deleted. */

import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { getJson, sendJson } from "./client";
import type { components } from "./types.generated";

type Schemas = components["schemas"];
export type SavedView = Schemas["ViewEntry"];

/** The views of a page of a project, by name. */
export function savedViews(project: string | undefined, page: string) {
  return queryOptions({
    queryKey: ["views", project, page],
    queryFn: async ({ signal }) => (await getJson<Schemas["ViewList"]>("/views", { project, page }, signal)).views,
    staleTime: 30_000,
    retry: false,
  });
}

/** What can be done to the views of a page; each ends when the list is the new one. */
export function useViewChanges(project: string | undefined, page: string) {
  const queries = useQueryClient();
  const onSettled = () => queries.invalidateQueries({ queryKey: ["views", project, page] });
  const save = useMutation({
    mutationFn: ({ name, search }: { name: string; search: Record<string, string> }) =>
      sendJson<SavedView>("POST", "/views", { page, project_id: project ?? null, name, search }),
    onSettled,
  });
  const change = useMutation({
    mutationFn: ({ id, name, search }: Pick<SavedView, "id" | "name" | "search">) =>
      sendJson<SavedView>("PUT", `/views/${encodeURIComponent(id)}`, { name, search }),
    onSettled,
  });
  const remove = useMutation({
    mutationFn: (id: string) => sendJson("DELETE", `/views/${encodeURIComponent(id)}`),
    onSettled,
  });
  return { save, change, remove };
}
