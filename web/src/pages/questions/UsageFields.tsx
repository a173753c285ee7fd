/** What is asked of usage: by a panel, or by a rule, which watches one value a series. */

import { MultiSelect, NativeSelect, Select, TagsInput, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { columns, measures } from "../../api/dashboards";
import type { PanelQuery } from "../../api/dashboardTypes";
import { Buckets } from "./Buckets";
import styles from "./Questions.module.css";

type UsageQuery = Extract<PanelQuery, { source: "usage" }>;

interface UsageFieldsProps {
  query: UsageQuery;
  onChange: (query: UsageQuery) => void;
  /** Whether one value a series is asked for, without buckets of time. */
  isOneValue?: boolean;
}

export function UsageFields({ query, onChange, isOneValue = false }: UsageFieldsProps) {
  const { data = [] } = useQuery(measures());
  const groups = useQuery(columns("spans"));
  const patch = (part: Partial<UsageQuery>) => onChange({ ...query, ...part });
  const described = data.map(({ name, brief, unit }) => ({ value: name, label: unit ? `${brief} (${unit})` : brief }));
  const orders = data.filter(({ can_order }) => can_order).map(({ name, brief }) => ({ value: name, label: brief }));
  return (
    <>
      {isOneValue ? (
        <Select
          size="xs"
          label="Measure"
          searchable
          allowDeselect={false}
          data={described}
          value={query.measures[0] ?? null}
          onChange={(name) => name !== null && patch({ measures: [name] })}
        />
      ) : (
        <MultiSelect
          size="xs"
          label="Measures"
          searchable
          maxValues={6}
          data={described}
          value={described.length > 0 ? query.measures : []}
          // a question without a measure is none
          onChange={(names) => names.length > 0 && patch({ measures: names })}
        />
      )}
      <div className={styles.pair}>
        <NativeSelect
          size="xs"
          label="Divided by"
          data={[{ value: "", label: "Nothing" }, ...described]}
          value={query.per ?? ""}
          onChange={(event) => patch({ per: event.currentTarget.value || null })}
        />
        <TagsInput
          size="xs"
          label="Told apart by"
          description="Columns, attributes.KEY or resource.KEY"
          inputWrapperOrder={["label", "input", "description"]}
          maxTags={3}
          data={[...new Set(["service", "model", "provider", "user", "release", ...(groups.data ?? [])])]}
          value={query.group_by}
          onChange={(group_by) => patch({ group_by })}
        />
      </div>
      <TextInput
        size="xs"
        label="Filter"
        placeholder={isOneValue ? "environment:production model:gpt-4o" : "model:$model environment:production $filter"}
        maxLength={2000}
        value={query.filter}
        onChange={(event) => patch({ filter: event.currentTarget.value })}
      />
      {!isOneValue && (
        <Buckets query={query} onChange={patch}>
          <NativeSelect
            size="xs"
            label="Largest by"
            data={orders}
            value={query.order_by}
            onChange={(event) => patch({ order_by: event.currentTarget.value })}
          />
        </Buckets>
      )}
    </>
  );
}
