/** Traces that the reader marked, as long as the list is the same. */

import { useCallback, useMemo, useState } from "react";
import type { TraceSummary } from "../../api/types";

const NONE: ReadonlyMap<string, TraceSummary> = new Map();

/** @param list what the list was asked for; the marks are gone when it is another one */
export function useMarks(rows: readonly TraceSummary[], list: string) {
  // the traces themselves, as the list lets go of rows that are far away
  const [marks, setMarks] = useState({ list, traces: NONE });
  const traces = marks.list === list ? marks.traces : NONE;
  const markedIds = useMemo(() => new Set(traces.keys()), [traces]);
  const toggle = useCallback(
    (traceId: string) =>
      setMarks((old) => {
        const changed = new Map(old.list === list ? old.traces : NONE);
        const row = rows.find(({ trace_id }) => trace_id === traceId);
        if (!changed.delete(traceId) && row) changed.set(traceId, row);
        return { list, traces: changed };
      }),
    [list, rows],
  );
  const clear = useCallback(() => setMarks({ list, traces: NONE }), [list]);
  const marked = useMemo(() => {
    const known = new Map(rows.map((row) => [row.trace_id, row]));
    return [...traces].map(([id, row]) => known.get(id) ?? row);
  }, [rows, traces]);
  return { marked, markedIds, toggle, clear };
}
