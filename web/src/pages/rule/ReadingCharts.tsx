/** What the evaluations of a rule said: a chart a series, with band or threshold, and when it fired. */

import { Skeleton } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { readings } from "../../api/alerts";
import { measures } from "../../api/dashboards";
import type { RuleEntry } from "../../api/ruleTypes";
import { ErrorNotice } from "../../components/Notice";
import { lengthWords } from "../../lib/alerts/lengths";
import { drawReadings, labelWords, valueUnit } from "../../lib/alerts/series";
import type { RangeSearch } from "../../lib/search";
import { ReadChart } from "./ReadChart";
import styles from "./Rule.module.css";

/** Charts up to which all are drawn. */
const MOST_CHARTS = 12;

export function ReadingCharts({ entry: { id, rule }, search }: { entry: RuleEntry; search: RangeSearch }) {
  const { data, error, isPending } = useQuery(readings(id, search));
  const { data: described = [] } = useQuery(measures());
  if (error) return <ErrorNotice error={error} />;
  if (isPending) return <Skeleton height={200} aria-label="Loading" />;
  const { series } = data;
  if (series.length === 0) {
    return <p className={styles.words}>It was not evaluated in this range. Edit it to try it over the past.</p>;
  }
  return (
    <>
      {series.slice(0, MOST_CHARTS).map((it) => (
        <ReadChart
          key={it.fingerprint}
          title={labelWords(it.labels, rule.name)}
          aggregates={`over ${lengthWords(rule.window_s)}, each ${lengthWords(rule.every_s)}`}
          unit={valueUnit(rule.query, described)}
          drawn={drawReadings(it)}
          note={it.note.at(-1) ?? ""}
        />
      ))}
      {series.length > MOST_CHARTS && (
        <p className={styles.words}>{series.length - MOST_CHARTS} more series, which fired less, are not drawn.</p>
      )}
    </>
  );
}
