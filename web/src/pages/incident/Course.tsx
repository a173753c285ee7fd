/** What the rule read around the incident, of the series that fired. */

import { useQuery } from "@tanstack/react-query";
import { readings } from "../../api/alerts";
import { measures } from "../../api/dashboards";
import type { Incident } from "../../api/incidents";
import type { Rule } from "../../api/ruleTypes";
import { rangeAround } from "../../lib/alerts/incidents";
import { lengthWords } from "../../lib/alerts/lengths";
import { drawReadings, labelWords, valueUnit } from "../../lib/alerts/series";
import { formatCount } from "../../lib/format";
import { keepRange, type RangeSearch } from "../../lib/search";
import { ReadChart } from "../rule/ReadChart";
import styles from "./Incident.module.css";

/** Series that are drawn. */
const MOST_CHARTS = 4;

export function Course({ incident, search }: { incident: Incident; search: RangeSearch }) {
  const around = { ...keepRange(search), project: incident.project_id, end: undefined, ...rangeAround(incident) };
  const { data } = useQuery({ ...readings(incident.rule_id, around), enabled: incident.kind === "rule" });
  const { data: described = [] } = useQuery(measures());
  if (incident.kind === "failing") {
    const last = incident.alerts.at(-1);
    return (
      <section className={styles.part}>
        <h2>The rule cannot be evaluated</h2>
        <p className={styles.words}>{last?.reading.note || "Its page says why."}</p>
      </section>
    );
  }
  const fired = new Set(incident.alerts.map(({ fingerprint }) => fingerprint));
  const series = (data?.series ?? []).filter(({ fingerprint }) => fired.has(fingerprint));
  // the rule as it was when the incident was opened
  const rule = incident.rule as unknown as Rule;
  const unit = valueUnit(rule.query, described);
  return (
    <section aria-label="What fired">
      {series.slice(0, MOST_CHARTS).map((it) => (
        <ReadChart
          key={it.fingerprint}
          title={labelWords(it.labels, incident.rule_name)}
          aggregates={`over ${lengthWords(rule.window_s)}, each ${lengthWords(rule.every_s)}`}
          unit={unit}
          drawn={drawReadings(it)}
          note={it.note.at(-1) ?? ""}
        />
      ))}
      {incident.alerts.length > MOST_CHARTS && (
        <p className={styles.words}>{formatCount(incident.alerts.length)} series fired; the first are drawn.</p>
      )}
    </section>
  );
}
