/** How bad an incident is and where it stands, as words and a colour. */

import { INCIDENT_STATES } from "../lib/alerts/incidents";
import styles from "./IncidentSign.module.css";

interface IncidentSignProps {
  state: keyof typeof INCIDENT_STATES;
  severity: string;
}

export function IncidentSign({ state, severity }: IncidentSignProps) {
  return (
    <span className={styles.sign} data-state={state} data-severity={severity}>
      {INCIDENT_STATES[state]}
      <span className={styles.severity}>{severity}</span>
    </span>
  );
}
