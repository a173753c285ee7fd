/** How a filter is written: examples, and every field that can be asked for. */

import { ActionIcon, Popover } from "@mantine/core";
import { IconHelp } from "@tabler/icons-react";
import { useState } from "react";
import type { FilterField } from "../lib/completion";
import styles from "./FilterHelp.module.css";

const EXAMPLES: readonly [filter: string, meaning: string][] = [
  ["refund", "the word in a prompt or an answer"],
  ['"refund policy"', "the words side by side"],
  ["model:gpt-4o*", "a field's value; * stands for any text"],
  ["cost_usd>0.01 duration_ns>2s", "both; numbers may have units"],
  ["status:error OR service:bot", "either"],
  ["-user:test has:session", "not this user, but with a session"],
  ["attributes.tier:(gold,silver)", "an attribute of your own, one of two values"],
];

interface FilterHelpProps {
  fields: readonly FilterField[];
  /** A whole condition was chosen. */
  onExample: (condition: string) => void;
  /** A field was chosen; its condition is begun with `name:`. */
  onField: (beginning: string) => void;
}

export function FilterHelp({ fields, onExample, onField }: FilterHelpProps) {
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
          {EXAMPLES.map(([example, meaning]) => (
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
