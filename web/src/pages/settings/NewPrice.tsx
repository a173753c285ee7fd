/** What a model costs here. */

import { Button, Group, Modal, NumberInput, Select, TextInput } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { useCreatePrice } from "../../api/settings";
import { ChangeProblem, CLOSE } from "./Section";
import styles from "./Settings.module.css";

interface NewPriceFormProps {
  model: string;
  provider: string;
  project: string | undefined;
  onClose: () => void;
}

/** What a field of a price holds: a number, or nothing. */
type Usd = number | string;

export function NewPriceForm({ model, provider, project, onClose }: NewPriceFormProps) {
  const create = useCreatePrice();
  const [name, setName] = useState(model);
  const [by, setBy] = useState(provider);
  const [holdsFor, setHoldsFor] = useState("all");
  const [input, setInput] = useState<Usd>("");
  const [output, setOutput] = useState<Usd>("");
  const [cacheRead, setCacheRead] = useState<Usd>("");
  const [cacheWrite, setCacheWrite] = useState<Usd>("");
  const isWhole = name.trim() !== "" && typeof input === "number" && typeof output === "number";
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!isWhole) return;
    const price = {
      model: name,
      provider_name: by,
      project_id: holdsFor === "all" ? null : (project ?? "default"),
      input_usd_per_mtok: input,
      output_usd_per_mtok: output,
      cache_read_usd_per_mtok: known(cacheRead),
      cache_creation_usd_per_mtok: known(cacheWrite),
    };
    create.mutate(price, { onSuccess: onClose });
  };
  return (
    <Modal
      opened
      onClose={onClose}
      closeButtonProps={CLOSE}
      title={model ? `A price for ${model}` : "New price"}
      centered
    >
      <form onSubmit={submit}>
        <TextInput
          label="Model"
          description="In any case; each * stands for any text"
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
          {...(model === "" && { "data-autofocus": true })}
        />
        <TextInput
          mt="sm"
          label="Provider"
          description="Any when empty"
          value={by}
          onChange={(event) => setBy(event.currentTarget.value)}
        />
        <div className={styles.amounts}>
          <Amount label="Input" value={input} onChange={setInput} isFirst={model !== ""} />
          <Amount label="Output" value={output} onChange={setOutput} />
          <Amount label="Cache read" value={cacheRead} onChange={setCacheRead} placeholder="as input" />
          <Amount label="Cache write" value={cacheWrite} onChange={setCacheWrite} placeholder="as input" />
        </div>
        <Select
          mt="sm"
          label="Holds for"
          allowDeselect={false}
          data={[
            { value: "all", label: "all projects" },
            { value: "one", label: `the project ${project ?? "default"}` },
          ]}
          value={holdsFor}
          onChange={(value) => setHoldsFor(value ?? "all")}
        />
        <ChangeProblem error={create.error} />
        <Group justify="end" mt="md">
          <Button type="submit" size="xs" loading={create.isPending} disabled={!isWhole}>
            Set the price
          </Button>
        </Group>
      </form>
    </Modal>
  );
}

interface AmountProps {
  label: string;
  value: Usd;
  onChange: (value: Usd) => void;
  placeholder?: string;
  isFirst?: boolean;
}

function Amount({ label, value, onChange, placeholder = "0.00", isFirst = false }: AmountProps) {
  return (
    <NumberInput
      label={`${label}, USD per million tokens`}
      placeholder={placeholder}
      min={0}
      decimalScale={6}
      hideControls
      allowNegative={false}
      value={value}
      onChange={onChange}
      {...(isFirst && { "data-autofocus": true })}
    />
  );
}

function known(value: Usd): number | null {
  return typeof value === "number" ? value : null;
}
