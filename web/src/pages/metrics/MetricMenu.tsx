/** The metrics that were reported, to choose from. */

import { Skeleton, TextInput } from "@mantine/core";
import { IconSearch } from "@tabler/icons-react";
import { type RefObject, useDeferredValue, useMemo, useState } from "react";
import type { Metric } from "../../api/types";
import { formatCount, formatPlural } from "../../lib/format";
import styles from "./Metrics.module.css";

/** Most metrics that the menu draws; more are found by their name. */
const MOST_SHOWN = 300;

interface MetricMenuProps {
  metrics: readonly Metric[];
  isLoading: boolean;
  /** Whether there are more than the server lists. */
  isTruncated: boolean;
  /** Whether it is shown where there is no room beside the charts. */
  isOpen: boolean;
  /** Whether no more metrics can be chosen. */
  isFull: boolean;
  isChosen: (metric: Metric) => boolean;
  searchRef: RefObject<HTMLInputElement | null>;
  onToggle: (metric: Metric) => void;
}

export function MetricMenu(props: MetricMenuProps) {
  const { metrics, isLoading, isTruncated, isOpen, isFull, isChosen, searchRef, onToggle } = props;
  const [words, setWords] = useState("");
  const asked = useDeferredValue(words);
  const found = useMemo(() => metrics.filter((metric) => fits(metric, asked)), [metrics, asked]);
  return (
    <section className={styles.menu} data-open={isOpen || undefined} aria-label="Metrics to choose from">
      <TextInput
        ref={searchRef}
        size="xs"
        aria-label="Search metrics"
        placeholder="Search metrics   ( / )"
        leftSection={<IconSearch size={14} aria-hidden />}
        value={words}
        onChange={(event) => setWords(event.currentTarget.value)}
      />
      <p className={styles.found} role="status">
        {isLoading ? "Loading …" : formatPlural(found.length, "metric")}
        {isTruncated && `, of the first ${formatCount(metrics.length)} by name`}
      </p>
      <ul>
        {isLoading &&
          Array.from({ length: 8 }, (_, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: they are all alike
            <li key={index} className={styles.waiting}>
              <Skeleton height={30} />
            </li>
          ))}
        {found.slice(0, MOST_SHOWN).map((metric) => (
          <li key={`${metric.name} ${metric.type} ${metric.temporality}`}>
            <button
              type="button"
              className={styles.choice}
              aria-pressed={isChosen(metric)}
              disabled={isFull && !isChosen(metric)}
              title={metric.description || undefined}
              onClick={() => onToggle(metric)}
            >
              <span className={styles.name}>{metric.name}</span>
              <span className={styles.facts}>
                {describeType(metric)}
                {metric.unit && ` · ${metric.unit}`} · {formatCount(metric.series_count)} series
              </span>
            </button>
          </li>
        ))}
      </ul>
      {found.length > MOST_SHOWN && (
        <p className={styles.found}>{formatCount(found.length - MOST_SHOWN)} more: search for a part of the name</p>
      )}
    </section>
  );
}

/** Whether each word occurs in the name or the description. */
function fits(metric: Metric, words: string): boolean {
  const text = `${metric.name} ${metric.description} ${metric.type}`.toLowerCase();
  return words
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word));
}

/** counter, up-down counter, gauge, histogram, ... */
export function describeType({ type, is_monotonic }: Pick<Metric, "type" | "is_monotonic">): string {
  if (type === "sum") return is_monotonic ? "counter" : "up-down counter";
  return type.replace("_", " ");
}
