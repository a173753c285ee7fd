/** The filter as text, completed while it is typed and applied on Enter, with what is wrong shown where it is wrong. */

import { CloseButton, Combobox, TextInput, useCombobox } from "@mantine/core";
import { useDebouncedCallback } from "@mantine/hooks";
import { IconSearch } from "@tabler/icons-react";
import { type KeyboardEvent, type RefObject, useEffect, useId, useLayoutEffect, useRef, useState } from "react";
import { type CursorContext, complete, type FilterField, type FilterTable, type Suggestion } from "../lib/completion";
import { joinFilter, scanFilter } from "../lib/filterText";
import { formatShortCount } from "../lib/format";
import { FilterHelp } from "./FilterHelp";
import styles from "./FilterInput.module.css";

/** How long typing must pause before a filter that nothing completes is applied by itself, in milliseconds. */
const PAUSE_MS = 600;

/** What may be written where the cursor is. */
export interface Completion {
  context: CursorContext | null;
  suggestions: readonly Suggestion[];
  /** The text or the cursor in it is another one. */
  onCursor: (text: string, cursor: number) => void;
}

interface FilterInputProps {
  value: string;
  /** What is wrong with `value`, and where, from 0. */
  problem: { position: number; message: string } | null;
  /** What can be asked for. */
  fields: readonly FilterField[];
  completion?: Completion;
  /** What is filtered; spans when missing. */
  table?: FilterTable;
  onChange: (filter: string) => void;
  inputRef: RefObject<HTMLInputElement | null>;
}

const PLACEHOLDERS: Readonly<Record<FilterTable, string>> = {
  spans: "Filter: words, model:gpt-4o, status:error, cost_usd>0.01 …   ( / )",
  logs: "Filter: words, level:error, service:bot, attributes.KEY:value …   ( / )",
  metric_points: "Filter: service:bot, attributes.KEY:value …",
};

export function FilterInput(props: FilterInputProps) {
  const { value, problem, fields, completion, table = "spans", onChange, inputRef } = props;
  const [text, setText] = useState(value);
  const problemId = useId();
  const combobox = useCombobox({ onDropdownClose: () => combobox.resetSelectedOption() });
  const cursorRef = useRef<number | null>(null);
  // a space at the end is being typed, and is no other filter
  useEffect(() => setText((typed) => (typed.trim() === value ? typed : value)), [value]);
  const applyLater = useDebouncedCallback(onChange, PAUSE_MS);

  useLayoutEffect(() => {
    if (cursorRef.current === null) return;
    inputRef.current?.setSelectionRange(cursorRef.current, cursorRef.current);
    cursorRef.current = null;
  });

  const apply = (filter: string) => {
    applyLater.cancel();
    combobox.closeDropdown();
    onChange(filter.trim());
  };
  const clear = () => {
    setText("");
    apply("");
  };
  const change = (filter: string, cursor: number) => {
    setText(filter);
    completion?.onCursor(filter, cursor);
    combobox.openDropdown();
    combobox.resetSelectedOption();
    // where the reader is helped to write a condition, half of one is not asked for
    if (!completion) applyLater(filter.trim());
  };
  /** Write the beginning of a condition, which the reader ends. */
  const begin = (condition: string) => {
    setText(joinFilter(text, condition));
    inputRef.current?.focus();
  };
  const accept = (suggestion: Suggestion | undefined) => {
    if (!completion?.context || suggestion === undefined) return;
    const filled = complete(text, completion.context, suggestion.insert);
    cursorRef.current = filled.cursor;
    inputRef.current?.focus();
    change(filled.text, filled.cursor);
    if (completion.context.kind === "value" && !scanFilter(filled.text).isUnfinished) onChange(filled.text.trim());
  };
  const leave = () => {
    combobox.closeDropdown();
    if (completion && text.trim() !== value && !scanFilter(text).isUnfinished) apply(text);
  };
  const suggestions = completion?.suggestions ?? [];
  const isOpen = combobox.dropdownOpened && suggestions.length > 0;
  const onKeyDown = (event: KeyboardEvent<HTMLInputElement>) => {
    const chosen = isOpen ? combobox.getSelectedOptionIndex() : -1;
    if (event.key === "Enter" && chosen < 0) apply(text);
    if (event.key === "Escape" && !isOpen) event.currentTarget.blur();
    if (event.key === "Tab" && isOpen && !event.shiftKey && (chosen >= 0 || completion?.context?.typed)) {
      event.preventDefault();
      accept(suggestions[Math.max(0, chosen)]);
    }
  };

  return (
    <div className={styles.filter}>
      <Combobox
        store={combobox}
        position="bottom-start"
        offset={3}
        shadow="md"
        onOptionSubmit={(index) => accept(suggestions[Number(index)])}
      >
        <Combobox.Target withExpandedAttribute>
          <TextInput
            ref={inputRef}
            role="combobox"
            size="xs"
            aria-label="Filter"
            aria-autocomplete="list"
            aria-describedby={problem ? problemId : undefined}
            placeholder={PLACEHOLDERS[table]}
            spellCheck={false}
            autoCapitalize="none"
            autoComplete="off"
            leftSection={<IconSearch size={14} aria-hidden />}
            rightSectionWidth={text ? 56 : 30}
            rightSection={
              <div className={styles.buttons}>
                {text && <CloseButton size="sm" aria-label="Clear the filter" onClick={clear} />}
                <FilterHelp
                  table={table}
                  fields={fields}
                  onExample={(example) => apply(joinFilter(text, example))}
                  onField={begin}
                />
              </div>
            }
            value={text}
            error={problem !== null}
            onChange={({ currentTarget: { value: typed, selectionStart } }) =>
              change(typed, selectionStart ?? typed.length)
            }
            onSelect={({ currentTarget: { value: typed, selectionStart } }) =>
              completion?.onCursor(typed, selectionStart ?? typed.length)
            }
            onClick={() => combobox.openDropdown()}
            onBlur={leave}
            onKeyDown={onKeyDown}
            classNames={{ input: styles.input }}
          />
        </Combobox.Target>
        <Combobox.Dropdown hidden={!isOpen} className={styles.dropdown}>
          <Combobox.Options aria-label="Suggestions">
            {suggestions.map(({ label, insert, detail, count }, index) => (
              <Combobox.Option key={`${label} ${insert}`} value={String(index)} className={styles.suggestion}>
                <code>{label}</code>
                <span>{detail}</span>
                {count !== undefined && <b>{formatShortCount(count)}</b>}
              </Combobox.Option>
            ))}
          </Combobox.Options>
          <Combobox.Footer className={styles.hint}>↑ ↓ choose · Tab completes · Enter searches</Combobox.Footer>
        </Combobox.Dropdown>
      </Combobox>
      {problem && !isOpen && (
        <FilterProblem id={problemId} filter={value} position={problem.position} message={problem.message} />
      )}
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
