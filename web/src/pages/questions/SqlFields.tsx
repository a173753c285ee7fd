/** What is asked in SQL, and what the columns of the answer mean. */

import { TagsInput, Textarea, TextInput } from "@mantine/core";
import type { PanelQuery } from "../../api/dashboardTypes";
import styles from "./Questions.module.css";

type SqlQuery = Extract<PanelQuery, { source: "sql" }>;

interface SqlFieldsProps {
  query: SqlQuery;
  onChange: (query: SqlQuery) => void;
}

export function SqlFields({ query, onChange }: SqlFieldsProps) {
  const patch = (part: Partial<SqlQuery>) => onChange({ ...query, ...part });
  return (
    <>
      <Textarea
        size="xs"
        label="SELECT"
        description="Read-only, over this project's rows. Bound by name: {start:DateTime64(9)}, {end:DateTime64(9)}, {interval_s:UInt32}"
        className={styles.mono}
        autosize
        minRows={8}
        maxRows={24}
        maxLength={20_000}
        spellCheck={false}
        value={query.query}
        onChange={(event) => event.currentTarget.value !== "" && patch({ query: event.currentTarget.value })}
      />
      <div className={styles.pair}>
        <TextInput
          size="xs"
          label="Column of times"
          placeholder="First of such a type"
          maxLength={200}
          value={query.time ?? ""}
          onChange={(event) => patch({ time: event.currentTarget.value || null })}
        />
        <TagsInput
          size="xs"
          label="Columns that tell lines apart"
          placeholder={query.names.length > 0 ? "" : "All with text"}
          maxTags={5}
          value={query.names}
          onChange={(names) => patch({ names })}
        />
        <TagsInput
          size="xs"
          label="Columns that are drawn"
          placeholder={query.values.length > 0 ? "" : "All with numbers"}
          maxTags={10}
          value={query.values}
          onChange={(values) => patch({ values })}
        />
      </div>
      <div className={styles.pair}>
        <TagsInput
          size="xs"
          label="Parameters of its own, as name=value"
          placeholder={Object.keys(query.parameters).length > 0 ? "" : "limit=10"}
          maxTags={20}
          value={Object.entries(query.parameters).map(([name, value]) => `${name}=${value}`)}
          onChange={(pairs) => patch({ parameters: Object.fromEntries(pairs.flatMap(readPair)) })}
        />
        <TextInput
          size="xs"
          label="Interval"
          maxLength={12}
          value={query.interval}
          onChange={(event) => patch({ interval: event.currentTarget.value })}
        />
      </div>
    </>
  );
}

/** `name=value` as a pair; ClickHouse reads the text as the placeholder's type. */
function readPair(text: string): [string, string][] {
  const match = /^\s*(\w+)\s*=(.*)$/s.exec(text);
  return match ? [[match[1] ?? "", match[2] ?? ""]] : [];
}
