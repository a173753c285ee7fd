/** One side's trace: what it is, and how another one is chosen. */

import { Autocomplete } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { tracesLike } from "../../api/oneTrace";
import type { Trace } from "../../api/types";
import { useTimeZone } from "../../components/timeZone";
import { type CompareSearch, traceIdOf } from "../../lib/compareSearch";
import { formatDuration } from "../../lib/format";
import { keepRange, rangeParameters } from "../../lib/search";
import { formatInstant } from "../../lib/time";
import { useNow } from "../useNow";
import styles from "./Compare.module.css";

interface TracePickerProps {
  side: string;
  trace_id: string | undefined;
  trace: Trace | undefined;
  /** The other side's trace: those that are like it are offered. */
  other: Trace | undefined;
  search: CompareSearch;
  onPick: (trace_id: string) => void;
}

export function TracePicker({ side, trace_id, trace, other, search, onPick }: TracePickerProps) {
  const [text, setText] = useState("");
  const zone = useTimeZone();
  const now_ms = useNow();
  const like = useQuery(tracesLike(other?.summary ?? trace?.summary, rangeParameters(search))).data ?? [];
  const options = like
    .filter((one) => one.trace_id !== trace_id && one.trace_id !== other?.trace_id)
    .map((one) => ({ value: one.trace_id, label: describe(one, formatInstant(one.start_time, zone, now_ms)) }));
  const pick = (pasted: string) => {
    setText(pasted);
    const chosen = traceIdOf(pasted);
    if (chosen === undefined) return;
    setText("");
    onPick(chosen);
  };
  return (
    <div className={styles.picker}>
      <Autocomplete
        size="xs"
        label={side}
        placeholder={trace_id ? "Another trace" : "Trace id or address"}
        data={options}
        filter={({ options: all }) => all}
        value={text}
        onChange={(value) => pick(options.find((option) => option.label === value)?.value ?? value)}
      />
      {trace_id && (
        <Link to="/traces/$traceId" params={{ traceId: trace_id }} search={keepRange(search)} className={styles.picked}>
          {trace ? describe(trace.summary, formatInstant(trace.summary.start_time, zone, now_ms)) : trace_id}
        </Link>
      )}
    </div>
  );
}

function describe(summary: Trace["summary"], started: string): string {
  return `${summary.name || "(no name)"} · ${started} · ${formatDuration(summary.duration_ns)} · ${summary.trace_id.slice(0, 8)}`;
}
