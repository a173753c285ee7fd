/** One panel is made or changed: what it asks and how it looks, with the panel itself beside it. */

import { Button, Checkbox, Drawer, NativeSelect, NumberInput, Textarea, TextInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { IconPlus, IconX } from "@tabler/icons-react";
import { useState } from "react";
import type { Panel, PanelQuery, Threshold, Variable } from "../../api/dashboardTypes";
import { asKind, FIRST_QUERIES, KINDS } from "../../lib/dashboard/panels";
import { MetricFields } from "../questions/MetricFields";
import { SqlFields } from "../questions/SqlFields";
import { UsageFields } from "../questions/UsageFields";
import styles from "./Dashboard.module.css";
import { type Asked, PanelCard } from "./PanelCard";

const PREVIEW_PX = 300;
/** How long typing must pause before the preview asks, in milliseconds. */
const PAUSE_MS = 500;

const SOURCES: readonly { value: PanelQuery["source"]; label: string }[] = [
  { value: "usage", label: "Usage of models" },
  { value: "metrics", label: "A metric" },
  { value: "sql", label: "SQL" },
];

const UNITS: readonly { value: string; label: string }[] = [
  { value: "auto", label: "As the data say" },
  { value: "", label: "None (a count)" },
  ...["ns", "us", "ms", "s", "tokens", "tokens/s", "USD", "bytes", "ratio", "%", "1/s"].map((value) => ({
    value,
    label: value === "ratio" ? "ratio (0 to 1, shown as %)" : value,
  })),
];

const COLOURS: readonly { value: Threshold["color"]; label: string }[] = [
  { value: "good", label: "Good" },
  { value: "warning", label: "Warning" },
  { value: "bad", label: "Bad" },
];

interface PanelEditorProps {
  panel: Panel;
  asked: Asked;
  variables: readonly Variable[];
  onDone: (panel: Panel) => void;
  onCancel: () => void;
}

export function PanelEditor({ panel: begun, asked, variables, onDone, onCancel }: PanelEditorProps) {
  const [panel, setPanel] = useState(begun);
  // titles and colours are shown at once; a question waits until it is written
  const [query] = useDebouncedValue(panel.query, PAUSE_MS);
  const preview = (query == null) === (panel.query == null) ? { ...panel, query: query ?? null } : panel;
  const patch = (part: Partial<Panel>) => setPanel({ ...panel, ...part });
  const names = variables.filter(({ kind }) => kind !== "project").map(({ name }) => `$${name}`);
  return (
    <Drawer
      opened
      onClose={() => onDone(panel)}
      position="right"
      size={760}
      title={`Panel: ${panel.title || panel.kind}`}
      closeButtonProps={{ "aria-label": "Close and keep the changes" }}
    >
      <div className={styles.fields}>
        <div style={{ height: PREVIEW_PX }}>
          <PanelCard panel={preview} asked={asked} height={PREVIEW_PX} />
        </div>
        <Looks panel={panel} patch={patch} onKind={(kind) => setPanel(asKind(panel, kind))} />
        {panel.query && (
          <NativeSelect
            size="xs"
            label="Asks for"
            data={[...SOURCES]}
            value={panel.query.source}
            onChange={(event) => patch({ query: FIRST_QUERIES[event.currentTarget.value as PanelQuery["source"]] })}
          />
        )}
        {panel.query && names.length > 0 && (
          <div className={styles.unsaved}>
            Variables here: {names.join(", ")}. In a filter write model:$model or $filter alone, in SQL{" "}
            {"{model:Array(String)}"}.
          </div>
        )}
        <QueryFields panel={panel} asked={asked} onChange={(changed) => patch({ query: changed })} />
        {panel.kind !== "text" && panel.kind !== "heatmap" && panel.kind !== "histogram" && (
          <Thresholds thresholds={panel.thresholds} onChange={(thresholds) => patch({ thresholds })} />
        )}
        <div className={styles.foot}>
          <Button size="xs" variant="default" onClick={onCancel}>
            Cancel
          </Button>
          <Button size="xs" onClick={() => onDone(panel)}>
            Take over
          </Button>
        </div>
      </div>
    </Drawer>
  );
}

interface LooksProps {
  panel: Panel;
  patch: (part: Partial<Panel>) => void;
  onKind: (kind: Panel["kind"]) => void;
}

function Looks({ panel, patch, onKind }: LooksProps) {
  const { kind } = panel;
  return (
    <>
      <div className={styles.pair}>
        <TextInput
          size="xs"
          label="Title"
          data-autofocus
          maxLength={200}
          value={panel.title}
          onChange={(event) => patch({ title: event.currentTarget.value })}
        />
        <NativeSelect
          size="xs"
          label="Kind"
          data={KINDS.map((it) => ({ value: it.kind, label: it.label }))}
          value={kind}
          onChange={(event) => onKind(event.currentTarget.value as Panel["kind"])}
        />
      </div>
      {kind === "text" ? (
        <Textarea
          size="xs"
          label="Text (Markdown)"
          autosize
          minRows={6}
          maxRows={20}
          maxLength={20_000}
          value={panel.text}
          onChange={(event) => patch({ text: event.currentTarget.value })}
        />
      ) : (
        <div className={styles.pair}>
          <NativeSelect
            size="xs"
            label="Unit"
            data={[...UNITS]}
            value={panel.unit ?? "auto"}
            onChange={({ currentTarget: { value } }) =>
              patch({ unit: value === "auto" ? null : (value as NonNullable<Panel["unit"]>) })
            }
          />
          {kind === "bar" && (
            <NativeSelect
              size="xs"
              label="Bars by"
              data={[
                { value: "time", label: "Time" },
                { value: "group", label: "Group, over the whole range" },
              ]}
              value={panel.by}
              onChange={(event) => patch({ by: event.currentTarget.value as Panel["by"] })}
            />
          )}
        </div>
      )}
      {(kind === "area" || (kind === "bar" && panel.by === "time")) && (
        <Checkbox
          size="xs"
          label="Put on top of one another"
          checked={panel.is_stacked}
          onChange={(event) => patch({ is_stacked: event.currentTarget.checked })}
        />
      )}
      <TextInput
        size="xs"
        label="What it says, and what to do about it"
        maxLength={2000}
        value={panel.description}
        onChange={(event) => patch({ description: event.currentTarget.value })}
      />
    </>
  );
}

interface QueryFieldsProps {
  panel: Panel;
  asked: Asked;
  onChange: (query: PanelQuery) => void;
}

function QueryFields({ panel: { query }, asked, onChange }: QueryFieldsProps) {
  switch (query?.source) {
    case "usage":
      return <UsageFields query={query} onChange={onChange} />;
    case "metrics":
      return <MetricFields query={query} range={asked.range} onChange={onChange} />;
    case "sql":
      return <SqlFields query={query} onChange={onChange} />;
    default:
      return null;
  }
}

interface ThresholdsProps {
  thresholds: Threshold[];
  onChange: (thresholds: Threshold[]) => void;
}

function Thresholds({ thresholds, onChange }: ThresholdsProps) {
  const put = (index: number, part: Partial<Threshold>) =>
    onChange(thresholds.map((it, place) => (place === index ? { ...it, ...part } : it)));
  return (
    <fieldset style={{ margin: 0, padding: 0, border: 0 }}>
      <legend style={{ fontSize: "0.75rem", fontWeight: 500 }}>Thresholds, in the unit of the values</legend>
      {thresholds.map(({ value, color }, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: thresholds are told apart by their place alone
        <div key={index} className={styles.row} style={{ marginTop: 6 }}>
          <NumberInput
            size="xs"
            aria-label={`From which value on, threshold ${index + 1}`}
            value={value}
            onChange={(next) => typeof next === "number" && put(index, { value: next })}
          />
          <NativeSelect
            size="xs"
            aria-label={`What it means, threshold ${index + 1}`}
            data={[...COLOURS]}
            value={color}
            onChange={(event) => put(index, { color: event.currentTarget.value as Threshold["color"] })}
          />
          <Button
            size="xs"
            variant="subtle"
            color="gray"
            aria-label={`Remove threshold ${index + 1}`}
            onClick={() => onChange(thresholds.filter((_, place) => place !== index))}
          >
            <IconX size={14} />
          </Button>
        </div>
      ))}
      <Button
        size="compact-xs"
        variant="subtle"
        mt={6}
        disabled={thresholds.length >= 8}
        leftSection={<IconPlus size={12} aria-hidden />}
        onClick={() => onChange([...thresholds, { value: 0, color: "warning" }])}
      >
        Add a threshold
      </Button>
    </fieldset>
  );
}
