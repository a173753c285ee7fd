/** What is done with the tree: look for a text, go from error to error, fold, mark the critical path, change the view. */

import { ActionIcon, SegmentedControl, TextInput } from "@mantine/core";
import {
  IconArrowsVertical,
  IconChevronDown,
  IconChevronUp,
  IconFold,
  IconRoute,
  IconSearch,
  IconX,
} from "@tabler/icons-react";
import type { ReactNode, RefObject } from "react";
import { formatCount, formatPlural } from "../../lib/format";
import styles from "./Toolbar.module.css";

interface ToolbarProps {
  searchRef: RefObject<HTMLInputElement | null>;
  find: string;
  onFind: (text: string) => void;
  /** Positions that the search found. */
  found: readonly number[];
  errors: readonly number[];
  chosen: number;
  /** Go to the next (1) or the one before (-1) of these. */
  onStep: (positions: readonly number[], direction: 1 | -1) => void;
  isFolded: boolean;
  onFoldAll: (isFolded: boolean) => void;
  isPathMarked: boolean;
  onMarkPath: (isMarked: boolean) => void;
  view: "tree" | "steps";
  onView: (view: "tree" | "steps") => void;
}

export function Toolbar(props: ToolbarProps) {
  const { found, errors, chosen, onStep, find } = props;
  return (
    <div className={styles.bar} role="toolbar" aria-label="Tree">
      <TextInput
        ref={props.searchRef}
        size="xs"
        className={styles.search}
        aria-label="Find in this trace"
        placeholder="Find in this trace  /"
        leftSection={<IconSearch size={14} aria-hidden />}
        rightSection={
          find && (
            <Icon label="Clear" onClick={() => props.onFind("")}>
              <IconX size={13} />
            </Icon>
          )
        }
        value={find}
        onChange={(event) => props.onFind(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key === "Enter") onStep(found, event.shiftKey ? -1 : 1);
          else if (event.key === "Escape") event.currentTarget.blur();
        }}
      />
      {find.trim() !== "" && <Stepper name="found" label={placeOf(found, chosen)} positions={found} onStep={onStep} />}
      {errors.length > 0 && (
        <Stepper
          name="error"
          isError
          label={errors.includes(chosen) ? `error ${placeOf(errors, chosen)}` : formatPlural(errors.length, "error")}
          positions={errors}
          onStep={onStep}
        />
      )}
      <span className={styles.tools}>
        <Icon
          label={props.isFolded ? "Unfold everything" : "Fold everything"}
          onClick={() => props.onFoldAll(!props.isFolded)}
        >
          {props.isFolded ? <IconArrowsVertical size={15} /> : <IconFold size={15} />}
        </Icon>
        <ActionIcon
          variant={props.isPathMarked ? "light" : "subtle"}
          color={props.isPathMarked ? undefined : "gray"}
          size="md"
          aria-label="Critical path"
          title="Mark the critical path: what the end of the trace waited for"
          aria-pressed={props.isPathMarked}
          onClick={() => props.onMarkPath(!props.isPathMarked)}
        >
          <IconRoute size={15} />
        </ActionIcon>
        <SegmentedControl
          size="xs"
          aria-label="View"
          data={[
            { value: "tree", label: "Tree" },
            { value: "steps", label: "Cost" },
          ]}
          value={props.view}
          onChange={(view) => props.onView(view === "steps" ? "steps" : "tree")}
        />
      </span>
    </div>
  );
}

interface StepperProps {
  /** What is stepped through, in the singular. */
  name: string;
  label: string;
  positions: readonly number[];
  isError?: boolean;
  onStep: ToolbarProps["onStep"];
}

function Stepper({ name, label, positions, isError = false, onStep }: StepperProps) {
  return (
    <span className={styles.stepper} data-error={isError || undefined}>
      <span aria-live="polite">{label}</span>
      <Icon label={`Previous ${name}`} onClick={() => onStep(positions, -1)} isDisabled={positions.length === 0}>
        <IconChevronUp size={14} />
      </Icon>
      <Icon label={`Next ${name}`} onClick={() => onStep(positions, 1)} isDisabled={positions.length === 0}>
        <IconChevronDown size={14} />
      </Icon>
    </span>
  );
}

interface IconProps {
  label: string;
  onClick: () => void;
  isDisabled?: boolean;
  children: ReactNode;
}

function Icon({ label, onClick, isDisabled = false, children }: IconProps) {
  return (
    <ActionIcon
      variant="subtle"
      color="gray"
      size="sm"
      aria-label={label}
      title={label}
      onClick={onClick}
      disabled={isDisabled}
    >
      {children}
    </ActionIcon>
  );
}

/** `2 of 7` when one of them is chosen, else how many there are. */
function placeOf(positions: readonly number[], chosen: number): string {
  if (positions.length === 0) return "nothing found";
  const at = positions.indexOf(chosen);
  return at >= 0 ? `${at + 1} of ${formatCount(positions.length)}` : `${formatCount(positions.length)} found`;
}
