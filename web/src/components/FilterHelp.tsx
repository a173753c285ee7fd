/** How a filter is written: examples, and every field that can be asked for. */

import { ActionIcon, Popover } from "@mantine/core";
import { IconHelp } from "@tabler/icons-react";
import { useState } from "react";
import type { FilterField, FilterTable } from "../lib/completion";
import styles from "./FilterHelp.module.css";

type Example = readonly [filter: string, meaning: string];

const OWN: Example = ["attributes.tier:(gold,silver)", "an attribute of your own, one of two values"];
const EXAMPLES: Readonly<Record<FilterTable, readonly Example[]>> = {
  spans: [
    ["refund", "the word in a prompt or an answer"],
    ['"refund policy"', "the words side by side"],
    ["model:gpt-4o*", "a field's value; * stands for any text"],
    ["cost_usd>0.01 duration_ns>2s", "both; numbers may have units"],
    ["status:error OR service:bot", "either"],
    ["-user:test has:session", "not this user, but with a session"],
    OWN,
  ],
  logs: [
    ["timeout", "the word in a record"],
    ['"connection reset"', "the words side by side"],
    ["level:error", "a level: trace, debug, info, warn, error or fatal"],
    ["service:bot* -environment:test", "both; * stands for any text, - leaves out"],
    ["level:error OR event:gen_ai.evaluation.result", "either"],
    OWN,
  ],
  metric_points: [
    ["service:bot*", "a column's value; * stands for any text"],
    ["-environment:test has:host", "not this one, but with a host"],
    ["service:bot OR resource.zone:eu", "either"],
    OWN,
  ],
};

interface FilterHelpProps {
  table: FilterTable;
  fields: readonly FilterField[];
  /** A whole condition was chosen. */
  onExample: (condition: string) => void;
  /** A field was chosen; its condition is begun with `name:`. */
  onField: (beginning: string) => void;
}

export function FilterHelp({ table, fields, onExample, onField }: FilterHelpProps) {
  const [isOpen, setOpen] = useState(false);
  return (
    <Popover opened={isOpen} onChange={setOpen} position="bottom-end" shadow="md" trapFocus>
      <Popover.Target>
        <ActionIcon
          variant="subtle"
          color="gray"
          size="sm"
          aria-label="How to write a filter"
          onClick={() => setOpen(!isOpen)}
        >
          <IconHelp size={15} />
        </ActionIcon>
      </Popover.Target>
      <Popover.Dropdown className={styles.help}>
        <h2>Conditions side by side must all be true</h2>
        <ul className={styles.examples}>
          {EXAMPLES[table].map(([example, meaning]) => (
            <li key={example}>
              <button type="button" onClick={() => onExample(example)}>
                {example}
              </button>
              <span>{meaning}</span>
            </li>
          ))}
        </ul>
        <h2>Fields</h2>
        <ul className={styles.fields}>
          {fields.map((field) => (
            <li key={field.name}>
              <button
                type="button"
                title={field.brief}
                onClick={() => {
                  setOpen(false);
                  onField(`${field.name}:`);
                }}
              >
                {field.name}
              </button>
            </li>
          ))}
        </ul>
      </Popover.Dropdown>
    </Popover>
  );
}
