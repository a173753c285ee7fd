/** What can be done with the traces that were marked. */

import { Button } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import type { TraceSummary } from "../../api/types";
import { toJsonLines } from "../../lib/exportRows";
import { formatPlural } from "../../lib/format";
import type { RangeSearch } from "../../lib/search";
import styles from "./MarkedBar.module.css";
import { saveFile } from "./saveFile";

interface MarkedBarProps {
  marked: readonly TraceSummary[];
  /** What other pages take over from this one. */
  search: RangeSearch;
  onClear: () => void;
}

export function MarkedBar({ marked, search, onClear }: MarkedBarProps) {
  const [newer, older, ...others] = marked;
  if (newer === undefined) return null;
  return (
    <section className={styles.bar} aria-label="Marked traces">
      <span>
        {formatPlural(marked.length, "trace")} marked
        {marked.length === 1 && "; mark a second one to compare them"}
      </span>
      {older && others.length === 0 && (
        <Button
          size="compact-xs"
          renderRoot={(props) => (
            <Link to="/traces/compare" search={{ ...search, left: older.trace_id, right: newer.trace_id }} {...props} />
          )}
        >
          Compare
        </Button>
      )}
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
