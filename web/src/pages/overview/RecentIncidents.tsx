/** What fires now or fired in the range, in few lines; nothing at all when all is calm. */

import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { incidents } from "../../api/incidents";
import { IncidentSign } from "../../components/IncidentSign";
import { lastedWords, openFirst } from "../../lib/alerts/incidents";
import type { OverviewSearch } from "../../lib/overview";
import { keepRange, rangeParameters } from "../../lib/search";
import { formatAgo, formatUtc } from "../../lib/time";
import { useNow } from "../useNow";
import styles from "./Overview.module.css";

/** Incidents that are listed; the rest is on their own page. */
const MOST = 3;

export function RecentIncidents({ search }: { search: OverviewSearch }) {
  const { data = [] } = useQuery(incidents(rangeParameters(search)));
  const now_ms = useNow();
  if (data.length === 0) return null;
  return (
    <section className={`${styles.card} ${styles.incidents}`} aria-labelledby="incidents">
      <div className={styles.headingLine}>
        <h2 id="incidents" className={styles.heading}>
          Recent incidents
        </h2>
        {data.length > MOST && (
          <Link to="/incidents" search={keepRange(search)} className={styles.kind}>
            All {data.length}
          </Link>
        )}
      </div>
      <ul>
        {openFirst(data)
          .slice(0, MOST)
          .map((it) => (
            <li key={it.id}>
              <Link to="/incidents/$incidentId" params={{ incidentId: it.id }} search={keepRange(search)}>
                {it.title}
              </Link>
              <IncidentSign state={it.state} severity={it.severity} />
              <span className={styles.kind} title={formatUtc(it.started_at)}>
                {formatAgo(it.started_at, now_ms)}, {it.resolved_at ? "lasted" : "for"} {lastedWords(it, now_ms)}
              </span>
            </li>
          ))}
      </ul>
    </section>
  );
}
