/** A dashboard's name, what it is for, and its variables. */

import { Button, Checkbox, Drawer, NativeSelect, Textarea, TextInput } from "@mantine/core";
import { IconPlus } from "@tabler/icons-react";
import { useEffect, useState } from "react";
import type { Variable } from "../../api/dashboardTypes";
import { renameVariable } from "../../lib/dashboard/variables";
import styles from "./Dashboard.module.css";
import type { Draft } from "./useDraft";

const MOST_VARIABLES = 10;

const KINDS: readonly { value: Variable["kind"]; label: string }[] = [
  { value: "values", label: "Values of a column" },
  { value: "filter", label: "A filter" },
  { value: "project", label: "The project" },
];

interface SettingsDrawerProps {
  isOpen: boolean;
  draft: Draft;
  onClose: () => void;
}

export function SettingsDrawer({ isOpen, draft, onClose }: SettingsDrawerProps) {
  const { content } = draft;
  const { variables } = content.document;
  const setVariables = (next: Variable[]) =>
    draft.set({ ...content, document: { ...content.document, variables: next } });
  const put = (index: number, part: Partial<Variable>) =>
    setVariables(variables.map((it, place) => (place === index ? { ...it, ...part } : it)));
  const add = () => setVariables([...variables, newVariable(variables)]);
  return (
    <Drawer opened={isOpen} onClose={onClose} position="right" size={560} title="Name and variables">
      <div className={styles.fields}>
        <TextInput
          size="xs"
          label="Name"
          data-autofocus
          maxLength={200}
          error={content.name.trim() === "" && "A dashboard needs a name"}
          value={content.name}
          onChange={(event) => draft.set({ ...content, name: event.currentTarget.value })}
        />
        <Textarea
          size="xs"
          label="What it is for"
          maxLength={2000}
          value={content.description}
          onChange={(event) => draft.set({ ...content, description: event.currentTarget.value })}
        />
        {variables.map((variable, index) => (
          <VariableFields
            // biome-ignore lint/suspicious/noArrayIndexKey: the name, which tells them apart, is what is being written
            key={index}
            variable={variable}
            isTaken={(name) => variables.some((it, place) => place !== index && it.name === name)}
            onRename={(name) =>
              draft.set({ ...content, document: renameVariable(content.document, variable.name, name) })
            }
            onChange={(part) => put(index, part)}
            onRemove={() => setVariables(variables.filter((_, place) => place !== index))}
          />
        ))}
        <div>
          <Button
            size="compact-xs"
            variant="subtle"
            disabled={variables.length >= MOST_VARIABLES}
            leftSection={<IconPlus size={12} aria-hidden />}
            onClick={add}
          >
            Add a variable
          </Button>
        </div>
      </div>
    </Drawer>
  );
}

interface VariableFieldsProps {
  variable: Variable;
  isTaken: (name: string) => boolean;
  /** Its name is another one, in all that speaks of it. */
  onRename: (name: string) => void;
  onChange: (part: Partial<Variable>) => void;
  onRemove: () => void;
}

function VariableFields({ variable, isTaken, onRename, onChange, onRemove }: VariableFieldsProps) {
  const { name, label, kind, column, is_multiple } = variable;
  const [typed, setTyped] = useState(name);
  useEffect(() => setTyped(name), [name]);
  const problem = isTaken(typed)
    ? "This name is taken"
    : !/^[a-z][a-z0-9_]{0,30}$/.test(typed) && "Small letters, digits and _, a letter first";
  // only a name that is whole is written into the panels: half of it may be the name of another variable
  const rename = () => (problem ? setTyped(name) : typed !== name && onRename(typed));
  return (
    <fieldset className={styles.variable}>
      <legend className={styles.unsaved}>${name}</legend>
      <div className={styles.fields}>
        <div className={styles.pair}>
          <TextInput
            size="xs"
            label="Name"
            error={problem}
            maxLength={31}
            value={typed}
            onChange={(event) => setTyped(event.currentTarget.value.toLowerCase())}
            onBlur={rename}
            onKeyDown={(event) => event.key === "Enter" && rename()}
          />
          <TextInput
            size="xs"
            label="Shown as"
            maxLength={200}
            value={label}
            onChange={(event) => onChange({ label: event.currentTarget.value })}
          />
          <NativeSelect
            size="xs"
            label="Kind"
            data={[...KINDS]}
            value={kind}
            onChange={(event) => {
              const chosen = event.currentTarget.value as Variable["kind"];
              onChange({ kind: chosen, column: chosen === "values" ? column || "model" : "", default: [] });
            }}
          />
          {kind === "values" && (
            <TextInput
              size="xs"
              label="Column"
              maxLength={200}
              value={column}
              onChange={(event) => event.currentTarget.value !== "" && onChange({ column: event.currentTarget.value })}
            />
          )}
        </div>
        <div className={styles.row} style={{ justifyContent: "space-between" }}>
          {kind === "values" ? (
            <Checkbox
              size="xs"
              label="Several at once"
              checked={is_multiple}
              onChange={(event) => onChange({ is_multiple: event.currentTarget.checked })}
            />
          ) : (
            <span />
          )}
          <Button size="compact-xs" variant="subtle" color="red" onClick={onRemove}>
            Remove ${name}
          </Button>
        </div>
      </div>
    </fieldset>
  );
}

function newVariable(variables: readonly Variable[]): Variable {
  const wishes = ["model", "environment", "service", "release"];
  const column = wishes.find((wish) => variables.every(({ name }) => name !== wish)) ?? "model";
  const isTaken = variables.some(({ name }) => name === column);
  const name = isTaken ? `${column}_${variables.length + 1}` : column;
  return { name, label: "", kind: "values", column, is_multiple: true, default: [] };
}
