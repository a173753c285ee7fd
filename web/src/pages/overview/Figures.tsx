/** The strip of numbers: what the range comes to, and how each changed against the stretch of the same length before. */

import { Skeleton } from "@mantine/core";
import { formatValue } from "../../lib/format";
import type { Figure } from "../../lib/overview";
import styles from "./Overview.module.css";

export function Figures({ figures, isLoading }: { figures: readonly Figure[]; isLoading: boolean }) {
  return (
    <section aria-label="Figures of the range">
      <dl className={styles.figures}>
        {figures.map(({ label, value, unit, change, mood, note }) => (
          <div key={label} className={styles.figure}>
            <dt>{label}</dt>
            <dd className={styles.number}>
              {isLoading ? <Skeleton height={20} width={64} /> : formatValue(value, unit)}
              {note && (
                <span className={styles.note} title={note}>
                  {" "}
                  +?
                </span>
              )}
            </dd>
            <dd className={styles.change} data-mood={mood} title="Against the stretch of the same length before">
              {isLoading ? "" : change}
            </dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
