/** Traces that the reader marked, as long as the list is the same. */

import { useCallback, useMemo, useState } from "react";
import type { TraceSummary } from "../../api/types";

const NONE: ReadonlySet<string> = new Set();

/** @param list what the list was asked for; the marks are gone when it is another one */
export function useMarks(rows: readonly TraceSummary[], list: string) {
  const [marks, setMarks] = useState({ list, ids: NONE });
  const markedIds = marks.list === list ? marks.ids : NONE;
  const toggle = useCallback(
    (traceId: string) =>
      setMarks((old) => {
        const ids = new Set(old.list === list ? old.ids : NONE);
        if (!ids.delete(traceId)) ids.add(traceId);
        return { list, ids };
      }),
    [list],
  );
  const clear = useCallback(() => setMarks({ list, ids: NONE }), [list]);
  const marked = useMemo(() => rows.filter((row) => markedIds.has(row.trace_id)), [rows, markedIds]);
  return { marked, markedIds, toggle, clear };
}
