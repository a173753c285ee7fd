/** How finely a question is cut over time, and how many groups are told apart. */

import { NumberInput, TextInput } from "@mantine/core";
import type { ReactNode } from "react";
import styles from "./Questions.module.css";

interface Cut {
  interval: string;
  limit: number;
}

interface BucketsProps {
  query: Cut;
  onChange: (part: Partial<Cut>) => void;
  /** What else belongs to it. */
  children?: ReactNode;
}

export function Buckets({ query, onChange, children }: BucketsProps) {
  return (
    <div className={styles.pair}>
      <TextInput
        size="xs"
        label="Interval"
        description="auto, or such as 5m"
        inputWrapperOrder={["label", "input", "description"]}
        maxLength={12}
        value={query.interval}
        onChange={(event) => onChange({ interval: event.currentTarget.value })}
      />
      <NumberInput
        size="xs"
        label="Most groups"
        min={1}
        max={100}
        value={query.limit}
        onChange={(limit) => typeof limit === "number" && onChange({ limit })}
      />
      {children}
    </div>
  );
}
