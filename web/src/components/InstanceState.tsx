/** How a server or a machine is: a dot and a word, so that nobody has to tell colours apart. */

import type { InstanceState as State } from "../api/types";
import styles from "./Instances.module.css";

const MEANS: Record<State, string> = {
  up: "It reported within the last 150 seconds",
  stale: "It has not reported for 150 seconds",
  down: "Its last scrape failed",
};

export function InstanceState({ state }: { state: State }) {
  return (
    <span className={styles.state} data-state={state} title={MEANS[state]}>
      <i aria-hidden />
      {state}
    </span>
  );
}

/** A ratio of 0 to 1 as a bar with its number. */
export function RatioBar({ ratio, text }: { ratio: number | null | undefined; text: string }) {
  return (
    <span className={styles.ratio}>
      {text}
      <span className={styles.track} aria-hidden>
        <i
          style={{ width: `${Math.min(1, Math.max(0, ratio ?? 0)) * 100}%` }}
          data-high={(ratio ?? 0) >= 0.9 || undefined}
        />
      </span>
    </span>
  );
}
