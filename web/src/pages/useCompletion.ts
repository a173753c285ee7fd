/** What may be written where the cursor is in a filter over spans: names of fields at once, values as the server finds them. */

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
export function useCompletion(range: Parameters, fields: readonly FilterField[]): Completion {
  const [context, setContext] = useState<CursorContext | null>(null);
  const onCursor = useCallback((text: string, cursor: number) => setContext(contextAt(text, cursor)), []);
  const [asked] = useDebouncedValue(context, PAUSE_MS);

  const field = findField(fields, context?.field ?? "");
  const isListed = asked?.kind === "value" && hasListedValues(findField(fields, asked.field), asked.field);
  const values = useQuery({
    ...fieldValues(range, asked?.field ?? "", asked?.typed ?? "", isListed),
    placeholderData: keepPreviousData,
  });
  const attributes = useQuery(attributeNames(range, context?.kind === "field"));

  const suggestions = useMemo(() => {
    if (context === null) return [];
    if (context.kind === "field") return suggestFields(fields, attributes.data ?? [], context.typed);
    // what was found for another field or an earlier beginning says nothing here
    const isSame = isListed && asked.field === context.field;
    const typed = context.typed.toLowerCase();
    const found = isSame ? (values.data ?? []).filter(({ value }) => value.toLowerCase().includes(typed)) : [];
    return suggestValues(context, field, found);
  }, [context, fields, attributes.data, isListed, asked, values.data, field]);
  return { context, suggestions, onCursor };
}
