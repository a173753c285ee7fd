/** Where an alert or a rule stands, as a word and a dot. */

import styles from "./Alerts.module.css";

export type State = "firing" | "failing" | "pending" | "calm" | "resolved" | "off" | "waiting";

const WORDS: Record<State, string> = {
  firing: "Firing",
  failing: "Failing",
  pending: "Pending",
  calm: "Calm",
  resolved: "Resolved",
  off: "Switched off",
  waiting: "Waiting",
};

export function StateSign({ state }: { state: State }) {
  return (
    <span className={styles.state} data-state={state}>
      {WORDS[state]}
    </span>
  );
}
