/** When a rule is breached: the fields of each kind. */

import { NativeSelect, NumberInput, SegmentedControl } from "@mantine/core";
import type { Parameters } from "../../api/client";
import type { Condition, ConditionOf } from "../../api/ruleTypes";
import { type BoundUnit, firstQuery } from "../../lib/alerts/rules";
import { MetricFields } from "../questions/MetricFields";
import styles from "../questions/Questions.module.css";
import { SqlFields } from "../questions/SqlFields";
import { UsageFields } from "../questions/UsageFields";
import { LengthInput } from "./LengthInput";

interface FieldsProps<Kind extends Condition["kind"]> {
  when: ConditionOf<Kind>;
  onChange: (when: ConditionOf<Kind>) => void;
}

interface ConditionFieldsProps {
  when: Condition;
  /** How bounds are typed. */
  unit: BoundUnit;
  range: Parameters;
  onChange: (when: Condition) => void;
}

export function ConditionFields({ when, unit, range, onChange }: ConditionFieldsProps) {
  switch (when.kind) {
    case "threshold":
      return <BoundFields when={when} unit={unit} onChange={onChange} />;
    case "change":
      return <ChangeFields when={when} unit={unit} onChange={onChange} />;
    case "ratio":
      return (
        <>
          <OverFields when={when} range={range} onChange={onChange} />
          <BoundFields when={when} unit={unit} onChange={onChange} />
        </>
      );
    case "absence":
      return (
        <LengthInput
          label="What came within the last"
          description="A group that reported so recently is missed when it stops"
          seconds={when.seen_within_s}
          onChange={(seen_within_s) => onChange({ ...when, seen_within_s })}
        />
      );
    case "objective":
      return <ObjectiveFields when={when} onChange={onChange} />;
    case "budget":
      return <BudgetFields when={when} onChange={onChange} />;
    case "anomaly":
      return <AnomalyFields when={when} onChange={onChange} />;
  }
}

type Bounded = ConditionOf<"threshold"> | ConditionOf<"change"> | ConditionOf<"ratio">;

interface BoundFieldsProps<Kind extends Bounded> {
  when: Kind;
  unit: BoundUnit;
  onChange: (when: Kind) => void;
}

function BoundFields<Kind extends Bounded>({ when, unit, onChange }: BoundFieldsProps<Kind>) {
  const bound = (name: "above" | "below" | "recover", label: string, placeholder: string) => (
    <NumberInput
      size="xs"
      label={label}
      placeholder={placeholder}
      hideControls
      thousandSeparator=","
      suffix={unit.word && ` ${unit.word}`}
      value={when[name] == null ? "" : when[name] / unit.factor}
      onChange={(next) => onChange({ ...when, [name]: typeof next === "number" ? next * unit.factor : null })}
    />
  );
  return (
    <div className={styles.pair}>
      {bound("above", "Over", "none")}
      {bound("below", "Under", "none")}
      {bound("recover", "Has recovered at", "the bound itself")}
    </div>
  );
}

function ChangeFields({ when, unit, onChange }: FieldsProps<"change"> & { unit: BoundUnit }) {
  return (
    <>
      <div className={styles.pair}>
        <NativeSelect
          size="xs"
          label="Against the same time"
          data={[
            { value: "yesterday", label: "yesterday" },
            { value: "last_week", label: "last week" },
          ]}
          value={when.against}
          onChange={(event) => onChange({ ...when, against: event.currentTarget.value as typeof when.against })}
        />
        <NativeSelect
          size="xs"
          label="The bounds are of"
          data={[
            { value: "ratio", label: "the ratio: 1.5 is half as much again" },
            { value: "difference", label: "the difference" },
          ]}
          value={when.by}
          onChange={(event) => onChange({ ...when, by: event.currentTarget.value as typeof when.by })}
        />
      </div>
      <BoundFields when={when} unit={unit} onChange={onChange} />
    </>
  );
}

function OverFields({ when, range, onChange }: FieldsProps<"ratio"> & { range: Parameters }) {
  const { over } = when;
  return (
    <>
      <NativeSelect
        size="xs"
        label="Divided by"
        data={[
          { value: "usage", label: "Usage of models" },
          { value: "metrics", label: "A metric" },
          { value: "sql", label: "SQL" },
        ]}
        value={over.source}
        onChange={(event) => onChange({ ...when, over: firstQuery(event.currentTarget.value as typeof over.source) })}
      />
      {over.source === "usage" ? (
        <UsageFields isOneValue query={over} onChange={(next) => onChange({ ...when, over: next })} />
      ) : over.source === "metrics" ? (
        <MetricFields isOneValue query={over} range={range} onChange={(next) => onChange({ ...when, over: next })} />
      ) : (
        <SqlFields query={over} onChange={(next) => onChange({ ...when, over: next })} />
      )}
    </>
  );
}

function ObjectiveFields({ when, onChange }: FieldsProps<"objective">) {
  const isShare = when.target != null;
  return (
    <>
      <SegmentedControl
        size="xs"
        aria-label="What is promised"
        data={[
          { value: "target", label: "A share that is good" },
          { value: "budget", label: "What all may come to" },
        ]}
        value={isShare ? "target" : "budget"}
        onChange={(value) =>
          onChange({
            ...when,
            ...(value === "target" ? { target: 0.99, budget: null } : { target: null, budget: 1000 }),
          })
        }
      />
      <div className={styles.pair}>
        {isShare ? (
          <NumberInput
            size="xs"
            label="Good, in %"
            min={1}
            max={99.999}
            decimalScale={3}
            suffix=" %"
            value={100 * (when.target ?? 0)}
            onChange={(share) =>
              typeof share === "number" && share > 0 && share < 100 && onChange({ ...when, target: share / 100 })
            }
          />
        ) : (
          <NumberInput
            size="xs"
            label="Over the whole time, in the measure's unit"
            min={0}
            hideControls
            value={when.budget ?? 0}
            onChange={(budget) => typeof budget === "number" && budget > 0 && onChange({ ...when, budget })}
          />
        )}
        <NumberInput
          size="xs"
          label="Counted over, in days"
          min={7}
          max={365}
          value={when.window_days}
          onChange={(window_days) => typeof window_days === "number" && onChange({ ...when, window_days })}
        />
        <NativeSelect
          size="xs"
          label="Told when it burns"
          data={[
            { value: "any", label: "fast or slowly" },
            { value: "fast", label: "fast: gone within hours or days" },
            { value: "slow", label: "slowly: gone within weeks" },
          ]}
          value={when.speed}
          onChange={(event) => onChange({ ...when, speed: event.currentTarget.value as typeof when.speed })}
        />
      </div>
    </>
  );
}

function BudgetFields({ when, onChange }: FieldsProps<"budget">) {
  return (
    <div className={styles.pair}>
      <NumberInput
        size="xs"
        label="May be spent, in the measure's unit"
        min={0}
        hideControls
        value={when.limit}
        onChange={(limit) => typeof limit === "number" && limit > 0 && onChange({ ...when, limit })}
      />
      <NativeSelect
        size="xs"
        label="In a"
        data={["day", "week", "month"]}
        value={when.period}
        onChange={(event) => onChange({ ...when, period: event.currentTarget.value as typeof when.period })}
      />
      <NumberInput
        size="xs"
        label="Told at, in %"
        min={1}
        max={1000}
        suffix=" %"
        value={100 * when.at_ratio}
        onChange={(share) => typeof share === "number" && share > 0 && onChange({ ...when, at_ratio: share / 100 })}
      />
    </div>
  );
}

function AnomalyFields({ when, onChange }: FieldsProps<"anomaly">) {
  return (
    <div className={styles.pair}>
      <NativeSelect
        size="xs"
        label="Which side matters"
        data={[
          { value: "both", label: "both" },
          { value: "up", label: "more than usual" },
          { value: "down", label: "less than usual" },
        ]}
        value={when.direction}
        onChange={(event) => onChange({ ...when, direction: event.currentTarget.value as typeof when.direction })}
      />
      <NumberInput
        size="xs"
        label="False alarms a week, at most"
        description="Over all series of the rule together; the threshold follows"
        inputWrapperOrder={["label", "input", "description"]}
        min={0.01}
        decimalScale={2}
        value={when.false_alarms_a_week}
        onChange={(count) =>
          typeof count === "number" && count > 0 && onChange({ ...when, false_alarms_a_week: count })
        }
      />
      <NumberInput
        size="xs"
        label="Learnt from, in days"
        min={1}
        max={60}
        value={when.history_days}
        onChange={(days) => typeof days === "number" && onChange({ ...when, history_days: days })}
      />
    </div>
  );
}
