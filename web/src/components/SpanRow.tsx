/** One span in the tree: its name at its depth, and its bar on the axis of time. */

import { VisuallyHidden } from "@mantine/core";
import { IconChevronDown, IconChevronRight } from "@tabler/icons-react";
import { type CSSProperties, memo } from "react";
import type { SpanNode } from "../api/types";
import { formatCount, formatDuration } from "../lib/format";
import { KIND_WORDS, kindOf } from "../lib/spanKind";
import type { Stream } from "../lib/stream";
import type { TreeRow } from "../lib/tree";
import { placeSpan, type Stretch } from "../lib/waterfall";
import { KindSign } from "./KindSign";
import styles from "./SpanTree.module.css";
import { StreamMarks } from "./StreamMarks";

/** Indentation of a level; a tree that is deeper than this many levels stops moving to the right. */
const INDENT_PX = 14;
const DEEPEST_INDENT = 16;

interface SpanRowProps {
  span: SpanNode;
  row: TreeRow;
  axis: { start_ns: number; length_ns: number };
  top_px: number;
  isChosen: boolean;
  /** Whether a search found it; null while nothing is looked for. */
  isFound: boolean | null;
  /** What of the critical path it is. */
  critical: readonly Stretch[];
  stream: Stream | null;
  onChoose: (index: number) => void;
  onFold: (index: number, isFolded: boolean) => void;
}

export const SpanRow = memo(function SpanRow(props: SpanRowProps) {
  const { span, row, axis, top_px, isChosen, isFound, critical, stream, onChoose, onFold } = props;
  const kind = kindOf(span);
  const isFailed = span.status_code === "error";
  const hasChildren = row.descendant_count > 0;
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the tree around it has the keyboard and names this row as its active one
    <div
      id={`span-${row.index}`}
      role="treeitem"
      aria-level={span.depth + 1}
      aria-selected={isChosen}
      aria-expanded={hasChildren ? !row.is_folded : undefined}
      className={styles.row}
      data-found={isFound ?? undefined}
      style={{ transform: `translateY(${top_px}px)` }}
      onClick={() => onChoose(row.index)}
    >
      <div className={styles.label} style={{ paddingLeft: Math.min(span.depth, DEEPEST_INDENT) * INDENT_PX }}>
        <span
          className={styles.fold}
          aria-hidden
          onClick={(event) => {
            if (!hasChildren) return;
            event.stopPropagation();
            onFold(row.index, !row.is_folded);
          }}
        >
          {hasChildren && (row.is_folded ? <IconChevronRight size={13} /> : <IconChevronDown size={13} />)}
        </span>
        <KindSign kind={kind} />
        <span className={isFailed ? styles.failedName : styles.name} title={span.name}>
          {span.name || "(no name)"}
        </span>
        <VisuallyHidden>{`, ${KIND_WORDS[kind]}${isFailed ? ", failed" : ""}${critical.length > 0 ? ", on the critical path" : ""}, `}</VisuallyHidden>
        {span.is_orphan && (
          <span className={styles.badge} title="Its parent span has not arrived">
            orphan
          </span>
        )}
        {row.is_folded && <span className={styles.badge}>+{formatCount(row.descendant_count)}</span>}
      </div>
      <Bar
        span={span}
        axis={axis}
        color={isFailed ? "var(--wg-error)" : `var(--wg-${kind})`}
        critical={critical}
        stream={stream}
      />
    </div>
  );
});

/** The bar: paler before the first token, with a mark there; under it what of it the trace's end waited for. */
function Bar({
  span,
  axis,
  color,
  critical,
  stream,
}: Pick<SpanRowProps, "span" | "axis" | "critical" | "stream"> & { color: string }) {
  const { left_percent, width_percent } = placeSpan(span, axis);
  const first_ns = span.time_to_first_token_ns;
  const waited_percent =
    first_ns !== null && span.duration_ns > 0 ? Math.min(100, (100 * first_ns) / span.duration_ns) : 0;
  const style = {
    left: `${left_percent}%`,
    width: `${width_percent}%`,
    "--bar": color,
    "--waited": `${waited_percent}%`,
  } as CSSProperties;
  return (
    <div className={styles.lane}>
      <div className={styles.bar} style={style} data-waited={waited_percent > 0 || undefined}>
        {stream && <StreamMarks stream={stream} duration_ns={span.duration_ns} />}
      </div>
      {critical.map((stretch) => (
        <i
          key={stretch.left_percent}
          className={styles.critical}
          style={{ left: `${stretch.left_percent}%`, width: `${stretch.width_percent}%` }}
        />
      ))}
      <span className={styles.time} {...placeTime(left_percent, left_percent + width_percent)}>
        {formatDuration(span.duration_ns)}
      </span>
    </div>
  );
}

/** Where the duration is written: behind the bar, else before it, else within its end, wherever there is room. */
function placeTime(left_percent: number, right_percent: number): { "data-place": string; style: CSSProperties } {
  if (right_percent <= 78) return { "data-place": "behind", style: { left: `calc(${right_percent}% + 6px)` } };
  if (left_percent >= 22) return { "data-place": "before", style: { right: `calc(${100 - left_percent}% + 5px)` } };
  return { "data-place": "within", style: { right: `calc(${100 - right_percent}% + 6px)` } };
}
