/** The vocabulary of one table, as a filter bar offers it. */

import { queryOptions } from "@tanstack/react-query";
import { getJson } from "./client";
import type { Vocabulary } from "./types";

/** Every column of a table that a filter can ask for, its short names first; it changes only with the server's version. */
export function tableFields(table: "logs" | "metric_points") {
  return queryOptions({
    queryKey: ["fields", table],
    queryFn: async ({ signal }) => {
      const { tables } = await getJson<Vocabulary>("/fields", {}, signal);
      const found = tables.find(({ name }) => name === table);
      const short = (found?.short_names ?? []).map((name) => ({ name, brief: "Short name" }));
      // maps are asked for by key (attributes.tier), and what the server notes for itself is of no use to readers
      const columns = (found?.fields ?? []).filter(
        ({ type, source }) => !/^(Map|Array)\(/.test(type) && source !== "identity",
      );
      return [...short, ...columns];
    },
    staleTime: Number.POSITIVE_INFINITY,
  });
}
