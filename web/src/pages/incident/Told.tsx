/** Who was told of an incident, and what became of it. */

import { useQuery } from "@tanstack/react-query";
import { type Incident, type Notification, notificationsOf } from "../../api/incidents";
import { formatAgo } from "../../lib/time";
import { useNow } from "../useNow";
import styles from "./Incident.module.css";

const OUTCOMES: Record<Notification["state"], string> = { waiting: "waits", sent: "sent", given_up: "given up" };

export function Told({ incident }: { incident: Incident }) {
  const { data } = useQuery(notificationsOf(incident.id));
  const now_ms = useNow();
  return (
    <section className={styles.part}>
      <h2>Who was told</h2>
      {data?.length ? (
        <ul className={styles.list}>
          {data.map((it) => (
            <li key={it.id}>
              {it.target} <span className={styles.words}>{it.kind}</span>: {OUTCOMES[it.state]}{" "}
              <span className={styles.words}>{formatAgo(it.created_at, now_ms)}</span>
              {it.last_error && <div className={styles.words}>{it.last_error}</div>}
            </li>
          ))}
        </ul>
      ) : (
        <p className={styles.words}>Nobody. Targets are in the server's file of notification targets.</p>
      )}
    </section>
  );
}
