/** What is asked of one metric: by a panel, or by a rule, which watches one value a series. */

import { Autocomplete, NativeSelect, TagsInput, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import type { Parameters } from "../../api/client";
import { columns, metricNames } from "../../api/dashboards";
import type { PanelQuery } from "../../api/dashboardTypes";
import { Buckets } from "./Buckets";
import styles from "./Questions.module.css";

type MetricQuery = Extract<PanelQuery, { source: "metrics" }>;

interface MetricFieldsProps {
  query: MetricQuery;
  range: Parameters;
  onChange: (query: MetricQuery) => void;
  /** Whether one value a series is asked for, without buckets of time. */
  isOneValue?: boolean;
}

export function MetricFields({ query, range, onChange, isOneValue = false }: MetricFieldsProps) {
  const metrics = useQuery(metricNames(range));
  const groups = useQuery(columns("metric_points"));
  const patch = (part: Partial<MetricQuery>) => onChange({ ...query, ...part });
  const known = metrics.data?.find(({ name }) => name === query.name);
  const chosen = query.aggregation && query.aggregation !== "heatmap" ? [query.aggregation] : [];
  const aggregations = known?.aggregations ?? chosen;
  const hasBuckets = known?.type === "histogram" || known?.type === "exponential_histogram";
  return (
    <>
      <div className={styles.pair}>
        <Autocomplete
          size="xs"
          label="Metric"
          description="Those that were reported in this range"
          inputWrapperOrder={["label", "input", "description"]}
          data={[...new Set((metrics.data ?? []).map(({ name }) => name))]}
          limit={50}
          value={query.name}
          // what a metric can be read as depends on it
          onChange={(name) => name !== "" && patch({ name, aggregation: null })}
        />
        <NativeSelect
          size="xs"
          label="Read as"
          data={[
            { value: "", label: "Usual for its type" },
            ...aggregations,
            ...(hasBuckets || query.aggregation === "heatmap"
              ? [{ value: "heatmap", label: "Buckets, for a heat map" }]
              : []),
          ]}
          value={query.aggregation ?? ""}
          onChange={(event) =>
            patch({ aggregation: (event.currentTarget.value || null) as MetricQuery["aggregation"] })
          }
        />
      </div>
      <div className={styles.pair}>
        <TagsInput
          size="xs"
          label="Told apart by"
          maxTags={3}
          data={[...new Set(["service", ...(groups.data ?? [])])]}
          value={query.group_by}
          onChange={(group_by) => patch({ group_by })}
        />
        <TagsInput
          size="xs"
          label={isOneValue ? "Quantile, from 0 to 1" : "Quantiles, from 0 to 1"}
          maxTags={isOneValue ? 2 : 10}
          value={query.quantiles.map(String)}
          onChange={(texts) => {
            const quantiles = texts.map(Number).filter((share) => share >= 0 && share <= 1);
            if (quantiles.length > 0) patch({ quantiles: isOneValue ? quantiles.slice(-1) : quantiles });
          }}
        />
      </div>
      <TextInput
        size="xs"
        label="Filter"
        placeholder={isOneValue ? "service:checkout" : "service:$service attributes.gen_ai.request.model:$model"}
        maxLength={2000}
        value={query.filter}
        onChange={(event) => patch({ filter: event.currentTarget.value })}
      />
      {!isOneValue && <Buckets query={query} onChange={patch} />}
    </>
  );
}
