/** One metric: how it is read, its chart, and the traces behind it. */

import { ActionIcon } from "@mantine/core";
import { IconX } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { Parameters } from "../../api/client";
import { metricHeatMap, metricSeries } from "../../api/metrics";
import { ErrorNotice } from "../../components/Notice";
import { HEAT_MAP, type MetricQuery, type MetricsSearch } from "../../lib/metricQueries";
import { filterProblem } from "../../lib/problem";
import { AddToDashboard } from "./AddToDashboard";
import { Exemplars } from "./Exemplars";
import { HeatChart } from "./HeatChart";
import { LineChart } from "./LineChart";
import { MetricControls } from "./MetricControls";
import { describeType } from "./MetricMenu";
import styles from "./Metrics.module.css";

interface MetricPanelProps {
  query: MetricQuery;
  range: Parameters;
  search: MetricsSearch;
  /** How often to ask again, in milliseconds; false for never. */
  interval: number | false;
  onChange: (part: Partial<MetricQuery>) => void;
  onRemove: () => void;
  onZoom: (start: string, end: string) => void;
}

export function MetricPanel({ query, range, search, interval, onChange, onRemove, onZoom }: MetricPanelProps) {
  const isHeatMap = query.aggregation === HEAT_MAP;
  const lines = useQuery({
    // of a heat map the exemplars alone are taken from here
    ...metricSeries(isHeatMap ? { ...query, aggregation: undefined, by: undefined } : query, range, interval),
  });
  const heat = useQuery({ ...metricHeatMap(query, range, interval), enabled: isHeatMap });
  // the bucket of time whose exemplars are shown; null for all
  const [picked, setPicked] = useState<string | null>(null);
  const metric = (isHeatMap ? heat : lines).data?.metric;
  const error = (isHeatMap ? heat : lines).error;
  const problem = filterProblem(error);
  return (
    <section className={styles.panel} aria-label={query.name}>
      <header className={styles.head}>
        <h2>{query.name}</h2>
        <p>{metric ? `${describeType(metric)}${metric.description && ` · ${metric.description}`}` : " "}</p>
        <AddToDashboard query={query} project={search.project} />
        <ActionIcon variant="subtle" color="gray" size="sm" aria-label={`Remove ${query.name}`} onClick={onRemove}>
          <IconX size={15} />
        </ActionIcon>
      </header>
      <MetricControls query={query} metric={metric} range={range} problem={problem} onChange={onChange} />
      {error && !problem && !lines.data && !heat.data ? (
        <ErrorNotice error={error} />
      ) : isHeatMap ? (
        <HeatChart data={heat.data} isLoading={heat.isPending} />
      ) : (
        <LineChart query={query} data={lines.data} isLoading={lines.isPending} onZoom={onZoom} onPick={setPicked} />
      )}
      <Exemplars data={lines.data} picked={picked} search={search} onAll={() => setPicked(null)} />
    </section>
  );
}
