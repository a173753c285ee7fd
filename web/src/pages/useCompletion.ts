/** What may be written where the cursor is in a filter: names of fields at once, values as the server finds them. */

import { useDebouncedValue } from "@mantine/hooks";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useCallback, useMemo, useState } from "react";
import type { Parameters } from "../api/client";
import { attributeNames, fieldValues } from "../api/facets";
import type { Completion } from "../components/FilterInput";
import {
  type CursorContext,
  contextAt,
  type FilterField,
  findField,
  hasListedValues,
  suggestFields,
  suggestValues,
} from "../lib/completion";

/** How long typing must pause before values are asked for, in milliseconds. */
const PAUSE_MS = 120;

/** @param range project and range within which values are looked for; the same object as long as it says the same */
export function useCompletion(
  range: Parameters,
  fields: readonly FilterField[],
  table: "spans" | "logs" = "spans",
): Completion {
  const [context, onCursor] = useContext();
  const [asked] = useDebouncedValue(context, PAUSE_MS);

  const field = findField(fields, context?.field ?? "");
  const isListed = asked?.kind === "value" && hasListedValues(findField(fields, asked.field), asked.field);
  const values = useQuery({
    ...fieldValues(table, range, asked?.field ?? "", asked?.typed ?? "", isListed),
    placeholderData: keepPreviousData,
  });
  const attributes = useQuery(attributeNames(table, range, context?.kind === "field"));

  const suggestions = useMemo(() => {
    if (context === null) return [];
    if (context.kind === "field") return suggestFields(fields, attributes.data ?? [], context.typed, table);
    // what was found for another field or an earlier beginning says nothing here
    const isSame = isListed && asked.field === context.field;
    return suggestValues(context, field, isSame ? containing(values.data ?? [], context.typed) : []);
  }, [context, fields, table, attributes.data, isListed, asked, values.data, field]);
  return { context, suggestions, onCursor };
}

/** A field whose values are known already. */
interface KnownField {
  name: string;
  series_count: number;
  values: readonly { value: string; series_count: number }[];
}

/** The same for the points of one metric, of which is known by what they can be told apart.
 *
 * @param known names as filters write them
 */
export function useMetricCompletion(fields: readonly FilterField[], known: readonly KnownField[]): Completion {
  const [context, onCursor] = useContext();
  const suggestions = useMemo(() => {
    if (context === null) return [];
    if (context.kind === "field") {
      const own = known.filter(({ name }) => !fields.some((field) => field.name === name));
      const counted = own.map(({ name, series_count }) => ({ name, count: series_count }));
      return suggestFields(fields, counted, context.typed, "metric_points");
    }
    const field = findField(fields, context.field);
    const values = known.find(({ name }) => name === context.field || name === field?.name)?.values ?? [];
    const counted = values.map(({ value, series_count }) => ({ value, count: series_count }));
    return suggestValues(context, field, containing(counted, context.typed));
  }, [context, fields, known]);
  return { context, suggestions, onCursor };
}

function useContext() {
  const [context, setContext] = useState<CursorContext | null>(null);
  const onCursor = useCallback((text: string, cursor: number) => setContext(contextAt(text, cursor)), []);
  return [context, onCursor] as const;
}

function containing<Found extends { value: string }>(found: readonly Found[], typed: string): Found[] {
  const wanted = typed.toLowerCase();
  return found.filter(({ value }) => value.toLowerCase().includes(wanted));
}
