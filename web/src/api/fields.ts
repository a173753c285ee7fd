/** The vocabulary of one table, as a filter bar offers it. */

import { queryOptions } from "@tanstack/react-query";
import type { FilterField, FilterTable } from "../lib/completion";
import { getJson } from "./client";
import type { Vocabulary } from "./types";

/** What names stand for that are no columns. */
const COMPUTED: Readonly<Record<string, Omit<FilterField, "name" | "short_name">>> = {
  error: { type: "Bool", unit: "", brief: "It failed" },
  level: { type: "String", unit: "", brief: "trace, debug, info, warn, error or fatal" },
  tokens: { type: "UInt64", unit: "tokens", brief: "Input and output tokens together" },
};

/** Every column of a table that a filter can ask for, and what stands for more than one; it changes only with the server's version. */
export function tableFields(table: FilterTable) {
  return queryOptions({
    queryKey: ["fields", table],
    queryFn: async ({ signal }): Promise<FilterField[]> => {
      const { tables } = await getJson<Vocabulary>("/fields", {}, signal);
      const found = tables.find(({ name }) => name === table);
      // maps are asked for by key (attributes.tier), and what the server notes for itself is of no use to readers
      const columns = (found?.fields ?? []).filter(
        ({ type, source }) => !type.startsWith("Map(") && source !== "identity",
      );
      const computed = (found?.short_names ?? []).flatMap((name) => {
        const known = COMPUTED[name];
        return known ? [{ name, short_name: "", ...known }] : [];
      });
      return [...columns, ...computed];
    },
    staleTime: Number.POSITIVE_INFINITY,
  });
}
