/** The filter as text, applied on Enter or after a pause in typing, with what is wrong shown where it is wrong. */

import { CloseButton, TextInput } from "@mantine/core";
import { useDebouncedCallback } from "@mantine/hooks";
import { IconSearch } from "@tabler/icons-react";
import { type KeyboardEvent, type RefObject, useEffect, useId, useState } from "react";
import { type FilterField, FilterHelp } from "./FilterHelp";
import styles from "./FilterInput.module.css";

/** How long typing must pause before the filter is applied, in milliseconds. */
const PAUSE_MS = 600;

interface FilterInputProps {
  value: string;
  /** What is wrong with `value`, and where, from 0. */
  problem: { position: number; message: string } | null;
  /** What can be asked for. */
  fields: readonly FilterField[];
  onChange: (filter: string) => void;
  inputRef: RefObject<HTMLInputElement | null>;
}

export function FilterInput({ value, problem, fields, onChange, inputRef }: FilterInputProps) {
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
  /** Write the beginning of a condition, which the reader ends. */
  const begin = (condition: string) => {
    setText(joined(text, condition));
    inputRef.current?.focus();
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
            <FilterHelp fields={fields} onExample={(example) => apply(joined(text, example))} onField={begin} />
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

function joined(filter: string, condition: string): string {
  return filter.trim() === "" ? condition : `${filter.trim()} ${condition}`;
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
