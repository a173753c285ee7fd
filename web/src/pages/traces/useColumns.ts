/** The columns of the list: what the address says, else what the reader chose before, else the usual ones that fit. */

import { useElementSize, useLocalStorage } from "@mantine/hooks";
import { useMemo } from "react";
import { fitColumns, readColumns, type TraceColumn, writeColumns } from "../../lib/traceColumns";

export function useColumns(asked: string | undefined, onAsk: (columns: string | undefined) => void) {
  const [remembered, setRemembered] = useLocalStorage<string>({
    key: "watchglass.traces.columns",
    defaultValue: "",
    getInitialValueInEffect: false,
  });
  const { ref, width } = useElementSize();
  const text = asked ?? (remembered || undefined);
  const columns = useMemo(
    () => (text === undefined && width > 0 ? fitColumns(readColumns(undefined), width) : readColumns(text)),
    [text, width],
  );
  const choose = (chosen: readonly TraceColumn[] | undefined) => {
    const written = chosen && writeColumns(chosen);
    setRemembered(written ?? "");
    onAsk(written);
  };
  return { ref, columns, choose };
}
