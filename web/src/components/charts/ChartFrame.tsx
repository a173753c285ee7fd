/** What surrounds every chart: its title, what it aggregates, its legend, and a place of the final height. */

import { Skeleton } from "@mantine/core";
import type { ReactNode } from "react";
import styles from "./Charts.module.css";

export interface LegendEntry {
  name: string;
  /** A CSS colour. */
  colour: string;
  isShown: boolean;
}

interface ChartFrameProps {
  title: string;
  aggregates: string;
  height: number;
  isLoading: boolean;
  isEmpty: boolean;
  legend?: readonly LegendEntry[];
  onToggle?: (name: string) => void;
  children: ReactNode;
}

export function ChartFrame({
  title,
  aggregates,
  height,
  isLoading,
  isEmpty,
  legend,
  onToggle,
  children,
}: ChartFrameProps) {
  return (
    <figure className={styles.figure}>
      <figcaption className={styles.caption}>
        <span className={styles.title}>{title}</span>
        <span className={styles.aggregates} title={aggregates}>
          {aggregates}
        </span>
      </figcaption>
      {isLoading ? (
        <Skeleton height={height} />
      ) : (
        <div className={styles.chart}>
          {children}
          {isEmpty && <div className={styles.empty}>Nothing in this range</div>}
        </div>
      )}
      {legend && legend.length > 1 && <Legend label={`Series of ${title}`} entries={legend} onToggle={onToggle} />}
    </figure>
  );
}

interface LegendProps {
  label: string;
  entries: readonly LegendEntry[];
  onToggle?: ((name: string) => void) | undefined;
}

/** Names of series with their colours; a click hides one and shows it again. */
export function Legend({ label, entries, onToggle }: LegendProps) {
  return (
    <ul className={styles.legend} aria-label={label}>
      {entries.map(({ name, colour, isShown }) => (
        <li key={name}>
          <button type="button" aria-pressed={isShown} title={name} onClick={() => onToggle?.(name)}>
            <i className={styles.dot} style={{ background: colour }} />
            <span className={styles.legendName}>{name}</span>
          </button>
        </li>
      ))}
    </ul>
  );
}
