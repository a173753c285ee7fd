/** What can be done with the traces that were marked. */

import { Button } from "@mantine/core";
import type { TraceSummary } from "../../api/types";
import { toJsonLines } from "../../lib/exportRows";
import { formatPlural } from "../../lib/format";
import styles from "./MarkedBar.module.css";
import { saveFile } from "./saveFile";

interface MarkedBarProps {
  marked: readonly TraceSummary[];
  onClear: () => void;
}

export function MarkedBar({ marked, onClear }: MarkedBarProps) {
  if (marked.length === 0) return null;
  return (
    <section className={styles.bar} aria-label="Marked traces">
      <span>{formatPlural(marked.length, "trace")} marked</span>
      <Button
        size="compact-xs"
        variant="default"
        onClick={() => saveFile("marked-traces.jsonl", "application/x-ndjson", toJsonLines(marked))}
      >
        Download
      </Button>
      <Button size="compact-xs" variant="subtle" color="gray" onClick={onClear}>
        Unmark
      </Button>
    </section>
  );
}
