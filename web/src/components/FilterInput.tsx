/** The filter as text, applied on Enter or after a pause in typing, with what is wrong shown where it is wrong. */

import { ActionIcon, CloseButton, Popover, TextInput } from "@mantine/core";
import { useDebouncedCallback } from "@mantine/hooks";
import { IconHelp, IconSearch } from "@tabler/icons-react";
import { type KeyboardEvent, type RefObject, useEffect, useId, useState } from "react";
import styles from "./FilterInput.module.css";

/** How long typing must pause before the filter is applied, in milliseconds. */
const PAUSE_MS = 600;

const EXAMPLES: readonly [filter: string, meaning: string][] = [
  ["refund", "the word in a prompt, an answer or a log"],
  ['"refund policy"', "the words side by side"],
  ["model:gpt-4o*", "a field's value; * stands for any text"],
  ["cost_usd>0.01 duration_ns>2s", "both; numbers may have units"],
  ["status:error OR service:bot", "either"],
  ["-user:test has:session", "not this user, but with a session"],
  ["attributes.tier:(gold,silver)", "an attribute of your own, one of two values"],
];

interface FilterInputProps {
  value: string;
  /** What is wrong with `value`, and where, from 0. */
  problem: { position: number; message: string } | null;
  onChange: (filter: string) => void;
  inputRef: RefObject<HTMLInputElement | null>;
}

export function FilterInput({ value, problem, onChange, inputRef }: FilterInputProps) {
  const [text, setText] = useState(value);
  const problemId = useId();
  useEffect(() => setText(value), [value]);
  const applyLater = useDebouncedCallback(onChange, PAUSE_MS);

  const apply = (filter: string) => {
    applyLater.cancel();
    onChange(filter.trim());
  };
  const clear = () => {
    setText("");
    apply("");
  };
  const change = (filter: string) => {
    setText(filter);
    applyLater(filter.trim());
  };
  const onKeyDown = (event: KeyboardEvent<HTMLInputElement>) => {
    if (event.key === "Enter") apply(text);
    if (event.key === "Escape") event.currentTarget.blur();
  };

  return (
    <div className={styles.filter}>
      <TextInput
        ref={inputRef}
        size="xs"
        aria-label="Filter"
        aria-describedby={problem ? problemId : undefined}
        placeholder="Filter: words, model:gpt-4o, status:error, cost_usd>0.01 …   ( / )"
        spellCheck={false}
        autoCapitalize="none"
        autoComplete="off"
        leftSection={<IconSearch size={14} aria-hidden />}
        rightSectionWidth={text ? 56 : 30}
        rightSection={
          <div className={styles.buttons}>
            {text && <CloseButton size="sm" aria-label="Clear the filter" onClick={clear} />}
            <FilterHelp onChoose={(example) => apply(text.trim() ? `${text.trim()} ${example}` : example)} />
          </div>
        }
        value={text}
        error={problem !== null}
        onChange={(event) => change(event.currentTarget.value)}
        onKeyDown={onKeyDown}
        classNames={{ input: styles.input }}
      />
      {problem && <FilterProblem id={problemId} filter={value} position={problem.position} message={problem.message} />}
    </div>
  );
}

/** The filter again with the wrong place marked, and the reason below. */
function FilterProblem({
  id,
  filter,
  position,
  message,
}: {
  id: string;
  filter: string;
  position: number;
  message: string;
}) {
  const characters = Array.from(filter);
  const at = Math.min(position, characters.length);
  const from = Math.max(0, at - 40);
  return (
    <div id={id} className={styles.problem} role="alert">
      <code>
        {from > 0 && "…"}
        {characters.slice(from, at).join("")}
        <mark>{characters[at] ?? " "}</mark>
        {characters.slice(at + 1, at + 40).join("")}
      </code>
      <span>{message}</span>
    </div>
  );
}

function FilterHelp({ onChoose }: { onChoose: (example: string) => void }) {
  return (
    <Popover position="bottom-end" shadow="md" withinPortal>
      <Popover.Target>
        <ActionIcon variant="subtle" color="gray" size="sm" aria-label="How to write a filter">
          <IconHelp size={15} />
        </ActionIcon>
      </Popover.Target>
      <Popover.Dropdown className={styles.help}>
        <p>Side by side means all of them. Every field of a span can be asked for.</p>
        <ul>
          {EXAMPLES.map(([example, meaning]) => (
            <li key={example}>
              <button type="button" onClick={() => onChoose(example)}>
                {example}
              </button>
              <span>{meaning}</span>
            </li>
          ))}
        </ul>
      </Popover.Dropdown>
    </Popover>
  );
}
