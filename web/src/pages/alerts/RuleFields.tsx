/** All of a rule, to be changed: what is watched, when it is breached, how long, and who is told. */

import { Checkbox, NativeSelect, NumberInput, TagsInput, Textarea, TextInput } from "@mantine/core";
import type { ReactNode } from "react";
import type { Parameters } from "../../api/client";
import type { Rule, RuleQuery, Severity } from "../../api/ruleTypes";
import { asKind, asSource, boundUnit, isRuleName, KINDS, SEVERITIES } from "../../lib/alerts/rules";
import { MetricFields } from "../questions/MetricFields";
import questions from "../questions/Questions.module.css";
import { SqlFields } from "../questions/SqlFields";
import { UsageFields } from "../questions/UsageFields";
import styles from "./Alerts.module.css";
import { ConditionFields } from "./ConditionFields";
import { LengthInput } from "./LengthInput";

interface RuleFieldsProps {
  rule: Rule;
  range: Parameters;
  /** Names of those who can be told. */
  targets: readonly string[];
  /** Whether the rule is there already, and keeps its name. */
  isNamed: boolean;
  onChange: (rule: Rule) => void;
}

export function RuleFields({ rule, range, targets, isNamed, onChange }: RuleFieldsProps) {
  const patch = (part: Partial<Rule>) => onChange({ ...rule, ...part });
  return (
    <div className={styles.form}>
      <Part title="Name">
        <div className={questions.pair}>
          <TextInput
            size="xs"
            label="Name"
            placeholder="slow-answers"
            required
            readOnly={isNamed}
            error={
              rule.name !== "" && !isRuleName(rule.name) ? "a to z, 0 to 9 and -, beginning with a letter" : undefined
            }
            value={rule.name}
            onChange={(event) => patch({ name: event.currentTarget.value })}
          />
          <NativeSelect
            size="xs"
            label="Severity"
            data={[...SEVERITIES]}
            value={rule.severity}
            onChange={(event) => patch({ severity: event.currentTarget.value as Severity })}
          />
          <TextInput
            size="xs"
            label="Owner"
            placeholder="Team that looks after it"
            maxLength={200}
            value={rule.owner}
            onChange={(event) => patch({ owner: event.currentTarget.value })}
          />
        </div>
        <TextInput
          size="xs"
          label="What it means, in a sentence"
          maxLength={2000}
          value={rule.brief}
          onChange={(event) => patch({ brief: event.currentTarget.value })}
        />
      </Part>
      <Part title="What is watched">
        <NativeSelect
          size="xs"
          label="Asks for"
          data={[
            { value: "usage", label: "Usage of models" },
            { value: "metrics", label: "A metric" },
            { value: "sql", label: "SQL" },
          ]}
          value={rule.query.source}
          onChange={(event) => onChange(asSource(rule, event.currentTarget.value as RuleQuery["source"]))}
        />
        <QuestionFields query={rule.query} range={range} onChange={(query) => patch({ query })} />
      </Part>
      <Part title="When it is breached">
        <NativeSelect
          size="xs"
          label="Kind"
          description={KINDS.find(({ kind }) => kind === rule.when.kind)?.brief}
          inputWrapperOrder={["label", "input", "description"]}
          data={KINDS.map(({ kind, label }) => ({ value: kind, label }))}
          value={rule.when.kind}
          onChange={(event) => onChange(asKind(rule, event.currentTarget.value as Rule["when"]["kind"]))}
        />
        <ConditionFields
          key={rule.when.kind}
          when={rule.when}
          unit={boundUnit(rule)}
          range={range}
          onChange={(when) => patch({ when })}
        />
      </Part>
      <Timing rule={rule} patch={patch} />
      <Telling rule={rule} targets={targets} patch={patch} />
    </div>
  );
}

function Part({ title, children }: { title: string; children: ReactNode }) {
  return (
    <fieldset className={styles.part}>
      <legend>{title}</legend>
      {children}
    </fieldset>
  );
}

interface QuestionFieldsProps {
  query: RuleQuery;
  range: Parameters;
  onChange: (query: RuleQuery) => void;
}

function QuestionFields({ query, range, onChange }: QuestionFieldsProps) {
  switch (query.source) {
    case "usage":
      return <UsageFields isOneValue query={query} onChange={onChange} />;
    case "metrics":
      return <MetricFields isOneValue query={query} range={range} onChange={onChange} />;
    case "sql":
      return <SqlFields query={query} onChange={onChange} />;
  }
}

interface PatchProps {
  rule: Rule;
  patch: (part: Partial<Rule>) => void;
}

function Timing({ rule, patch }: PatchProps) {
  return (
    <Part title="How long">
      <div className={questions.pair}>
        <LengthInput
          label="Each value is read over"
          seconds={rule.window_s}
          onChange={(window_s) => patch({ window_s })}
        />
        <LengthInput label="Looked at every" seconds={rule.every_s} onChange={(every_s) => patch({ every_s })} />
        <LengthInput label="Fires once breached for" seconds={rule.for_s} onChange={(for_s) => patch({ for_s })} />
        <LengthInput
          label="Over once recovered for"
          seconds={rule.keep_firing_for_s}
          onChange={(keep_firing_for_s) => patch({ keep_firing_for_s })}
        />
        <LengthInput label="Waits for late data" seconds={rule.delay_s} onChange={(delay_s) => patch({ delay_s })} />
        <NumberInput
          size="xs"
          label="Fewest spans to tell"
          min={0}
          value={rule.minimum_traffic}
          onChange={(least) => typeof least === "number" && patch({ minimum_traffic: least })}
        />
      </div>
    </Part>
  );
}

function Telling({ rule, targets, patch }: PatchProps & { targets: readonly string[] }) {
  return (
    <Part title="Who is told">
      <div className={questions.pair}>
        <TagsInput
          size="xs"
          label="Targets"
          placeholder={rule.notify.length > 0 ? "" : "the default ones"}
          data={[...targets]}
          value={rule.notify}
          onChange={(notify) => patch({ notify })}
        />
        <LengthInput
          label="Reminded every"
          seconds={rule.remind_every_s}
          onChange={(remind_every_s) => patch({ remind_every_s })}
        />
        <TagsInput
          size="xs"
          label="An incident for each"
          placeholder={rule.group_by_incident.length > 0 ? "" : "one for the rule"}
          data={rule.query.source === "sql" ? [] : rule.query.group_by}
          value={rule.group_by_incident}
          onChange={(group_by_incident) => patch({ group_by_incident })}
        />
      </div>
      <Textarea
        size="xs"
        label="What to do about it"
        placeholder="https://wiki/runbooks/slow-answers"
        maxLength={2000}
        autosize
        minRows={1}
        maxRows={4}
        value={rule.runbook}
        onChange={(event) => patch({ runbook: event.currentTarget.value })}
      />
      <Checkbox
        size="xs"
        label="Switched on"
        checked={rule.is_enabled}
        onChange={(event) => patch({ is_enabled: event.currentTarget.checked })}
      />
    </Part>
  );
}
