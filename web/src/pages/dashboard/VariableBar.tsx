/** What a reader chooses for all panels; the choice is in the address. */

import { MultiSelect, NativeSelect, Select, TextInput } from "@mantine/core";
import { IconFilter } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import type { Parameters } from "../../api/client";
import { variableValues } from "../../api/dashboards";
import type { Variable } from "../../api/dashboardTypes";
import { projects } from "../../api/queries";
import { chosenValues, type VariableSearch } from "../../lib/dashboard/variables";
import styles from "./Dashboard.module.css";

interface VariableBarProps {
  variables: readonly Variable[];
  search: VariableSearch;
  range: Parameters;
  onChoose: (variable: Variable, values: string[]) => void;
  onProject: (project: string) => void;
}

export function VariableBar({ variables, search, range, onChoose, onProject }: VariableBarProps) {
  if (variables.length === 0) return null;
  return (
    <search className={styles.variables} aria-label="Variables">
      {variables.map((variable) => {
        const shared = { variable, chosen: chosenValues(variable, search) };
        const choose = (values: string[]) => onChoose(variable, values);
        if (variable.kind === "project")
          return <ProjectChoice key={variable.name} variable={variable} project={range.project} onChoose={onProject} />;
        if (variable.kind === "filter") return <FilterChoice key={variable.name} {...shared} onChoose={choose} />;
        return <ValueChoice key={variable.name} {...shared} range={range} onChoose={choose} />;
      })}
    </search>
  );
}

interface ChoiceProps {
  variable: Variable;
  chosen: string[];
  onChoose: (values: string[]) => void;
}

function ValueChoice({ variable, chosen, range, onChoose }: ChoiceProps & { range: Parameters }) {
  const [isOpen, setOpen] = useState(false);
  const { data = [], error } = useQuery({
    ...variableValues(variable.column, range),
    enabled: isOpen && variable.column !== "",
  });
  const label = variable.label || variable.name;
  const shared = {
    size: "xs" as const,
    "aria-label": label,
    // what was chosen may not occur in this range, and is still chosen
    data: [...new Set([...data, ...chosen])],
    searchable: true,
    clearable: true,
    limit: 100,
    nothingFoundMessage: error ? error.message : "Nothing in this range",
    onDropdownOpen: () => setOpen(true),
    className: styles.choice,
    leftSectionPointerEvents: "none" as const,
  };
  if (variable.is_multiple)
    return (
      <MultiSelect
        {...shared}
        placeholder={chosen.length === 0 ? `${label}: all` : ""}
        value={chosen}
        onChange={onChoose}
      />
    );
  return (
    <Select
      {...shared}
      placeholder={`${label}: all`}
      value={chosen[0] ?? null}
      onChange={(value) => onChoose(value === null ? [] : [value])}
    />
  );
}

function FilterChoice({ variable, chosen, onChoose }: ChoiceProps) {
  const [filter = ""] = chosen;
  const [text, setText] = useState(filter);
  useEffect(() => setText(filter), [filter]);
  const label = variable.label || variable.name;
  const apply = () => onChoose(text.trim() === "" ? [] : [text.trim()]);
  return (
    <TextInput
      size="xs"
      aria-label={label}
      placeholder={`${label}: user:u1 cost>0.01`}
      className={styles.filter}
      leftSection={<IconFilter size={14} aria-hidden />}
      value={text}
      onChange={(event) => setText(event.currentTarget.value)}
      onBlur={apply}
      onKeyDown={(event) => event.key === "Enter" && apply()}
    />
  );
}

interface ProjectChoiceProps {
  variable: Variable;
  project: Parameters[string];
  onChoose: (project: string) => void;
}

/** Shown only to those who have more than one project. */
function ProjectChoice({ variable, project, onChoose }: ProjectChoiceProps) {
  const { data = [] } = useQuery(projects());
  if (data.length < 2) return null;
  return (
    <NativeSelect
      size="xs"
      aria-label={variable.label || variable.name}
      value={String(project ?? "default")}
      onChange={(event) => onChoose(event.currentTarget.value)}
      data={data.map(({ id, name }) => ({ value: id, label: name || id }))}
    />
  );
}
