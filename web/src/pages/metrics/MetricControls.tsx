/** How a metric is read: what is made of its points, by what lines are told apart, and which points count. */

import { MultiSelect, Select, TagsInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useRef } from "react";
import type { Parameters } from "../../api/client";
import { tableFields } from "../../api/fields";
import { metricAttributes } from "../../api/metrics";
import type { Metric } from "../../api/types";
import { FilterInput } from "../../components/FilterInput";
import type { FilterField } from "../../lib/completion";
import { HEAT_MAP, type MetricQuery, quantilesOf } from "../../lib/metricQueries";
import { useMetricCompletion } from "../useCompletion";
import styles from "./Metrics.module.css";

/** Columns that points are usually told apart by. */
const COLUMNS = ["service", "environment", "release", "host", "scope"];
const COLUMN_SHORT: Readonly<Record<string, string>> = {
  service_name: "service",
  host_name: "host",
  scope_name: "scope",
};
const QUANTILES = [0.5, 0.75, 0.9, 0.95, 0.99, 0.999];

const ATTRIBUTE = { short_name: "", type: "String", unit: "" };
const NONE: readonly FilterField[] = [];

interface MetricControlsProps {
  query: MetricQuery;
  /** What is known of the metric; undefined until it is. */
  metric: Metric | undefined;
  range: Parameters;
  problem: { position: number; message: string } | null;
  onChange: (part: Partial<MetricQuery>) => void;
}

export function MetricControls({ query, metric, range, problem, onChange }: MetricControlsProps) {
  const filterRef = useRef<HTMLInputElement>(null);
  const attributes = useQuery(metricAttributes(query.name, range));
  const columns = useQuery(tableFields("metric_points"));
  const known = attributes.data?.attributes ?? [];
  const hasBuckets = metric?.type === "histogram" || metric?.type === "exponential_histogram";
  const choices = [...(metric?.aggregations ?? []), ...(hasBuckets ? [HEAT_MAP] : [])];
  const aggregation = query.aggregation ?? metric?.aggregations[0] ?? "";
  const completion = useMetricCompletion(columns.data ?? NONE, known);
  const fields = [
    ...known
      .filter(({ name }) => name.includes("."))
      .map(({ name, values }) => ({ ...ATTRIBUTE, name, brief: `Such as ${firstValues(values)}` })),
    ...(columns.data ?? []),
  ];
  return (
    <div className={styles.controls}>
      <Select
        size="xs"
        w={130}
        aria-label="Aggregation"
        allowDeselect={false}
        data={choices}
        value={aggregation}
        onChange={(value) =>
          onChange({ aggregation: value === null || value === metric?.aggregations[0] ? undefined : value })
        }
      />
      {aggregation === "quantile" && metric?.type !== "summary" && (
        <MultiSelect
          size="xs"
          w={210}
          aria-label="Quantiles"
          data={QUANTILES.map((share) => ({ value: String(share), label: `p${Number((share * 100).toFixed(4))}` }))}
          value={quantilesOf(query).map(String)}
          onChange={(chosen) =>
            chosen.length > 0 && onChange({ quantiles: chosen.map(Number).sort((one, other) => one - other) })
          }
        />
      )}
      {aggregation !== HEAT_MAP && (
        <TagsInput
          size="xs"
          className={styles.by}
          aria-label="Group by"
          placeholder={query.by ? undefined : "Group by …"}
          maxTags={3}
          data={[...new Set([...known.map(({ name }) => COLUMN_SHORT[name] ?? name), ...COLUMNS])].filter(
            (name) => !query.by?.includes(name),
          )}
          value={query.by ?? []}
          onChange={(by) => onChange({ by: by.length > 0 ? by : undefined })}
        />
      )}
      <FilterInput
        value={query.filter ?? ""}
        problem={problem}
        fields={fields}
        completion={completion}
        table="metric_points"
        inputRef={filterRef}
        onChange={(filter) => onChange({ filter: filter || undefined })}
      />
    </div>
  );
}

function firstValues(values: readonly { value: string }[]): string {
  return values
    .slice(0, 3)
    .map(({ value }) => value)
    .join(", ");
}
