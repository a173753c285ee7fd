/** A new silence: which alerts, how long, why; with days of the week it is a maintenance window. */

import { Button, Checkbox, Group, Modal, NativeSelect, Textarea, TextInput } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { useCreateSilence } from "../../api/alerts";
import type { Matcher, NewSilence as Silence } from "../../api/ruleTypes";
import { useTimeZone } from "../../components/timeZone";
import { zoneName } from "../../lib/timeZone";
import questions from "../questions/Questions.module.css";
import { ChangeProblem, CLOSE } from "../settings/Section";
import { LengthInput } from "./LengthInput";

const DAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"] as const;
type Day = (typeof DAYS)[number];

const OPERATORS = ["=", "!=", "=~", "!~"] as const;
const HOUR_S = 3600;

interface NewSilenceProps {
  project: string | undefined;
  matchers: Matcher[];
  onClose: () => void;
}

export function NewSilence({ project, matchers: begun, onClose }: NewSilenceProps) {
  const create = useCreateSilence();
  const zone = useTimeZone();
  const [matchers, setMatchers] = useState<Matcher[]>(
    begun.length > 0 ? begun : [{ name: "rule", operator: "=", value: "" }],
  );
  const [reason, setReason] = useState("");
  const [length_s, setLength] = useState(2 * HOUR_S);
  const [days, setDays] = useState<Day[]>([]);
  const [start, setStart] = useState("22:00");
  const isWindow = days.length > 0;
  const isWhole = reason.trim() !== "" && matchers.every(({ name }) => name !== "");
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!isWhole) return;
    const silence: Silence = {
      project_id: project ?? "default",
      matchers,
      reason,
      author: "",
      starts_at: null,
      ends_at: isWindow ? null : new Date(Date.now() + length_s * 1000).toISOString(),
      schedule: isWindow ? { days, start, duration_s: length_s, time_zone: zoneName(zone) } : null,
    };
    create.mutate(silence, { onSuccess: onClose });
  };
  const put = (index: number, part: Partial<Matcher>) =>
    setMatchers(matchers.map((it, place) => (place === index ? { ...it, ...part } : it)));
  return (
    <Modal opened onClose={onClose} closeButtonProps={CLOSE} title="New silence" size="lg" centered>
      <form onSubmit={submit}>
        <p style={{ marginTop: 0 }}>
          Alerts that fit all of these are not told. Labels are those of the series and the rule, and rule, severity,
          owner, project.
        </p>
        {matchers.map((matcher, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: matchers are told apart by their place alone
          <Group key={index} gap={6} mb={6} wrap="nowrap">
            <TextInput
              size="xs"
              aria-label={`Label ${index + 1}`}
              placeholder="model"
              value={matcher.name}
              onChange={(event) => put(index, { name: event.currentTarget.value })}
              {...(index === 0 && { "data-autofocus": true })}
            />
            <NativeSelect
              size="xs"
              aria-label={`How label ${index + 1} is compared`}
              data={[...OPERATORS]}
              value={matcher.operator ?? "="}
              onChange={(event) => put(index, { operator: event.currentTarget.value as (typeof OPERATORS)[number] })}
            />
            <TextInput
              size="xs"
              flex={1}
              aria-label={`Value of label ${index + 1}`}
              value={matcher.value}
              onChange={(event) => put(index, { value: event.currentTarget.value })}
            />
            <Button
              size="compact-xs"
              variant="subtle"
              color="gray"
              disabled={matchers.length === 1}
              aria-label={`Remove label ${index + 1}`}
              onClick={() => setMatchers(matchers.filter((_, place) => place !== index))}
            >
              Remove
            </Button>
          </Group>
        ))}
        <Button
          size="compact-xs"
          variant="subtle"
          disabled={matchers.length >= 20}
          onClick={() => setMatchers([...matchers, { name: "", operator: "=", value: "" }])}
        >
          Add a label
        </Button>
        <div className={questions.pair} style={{ marginTop: 12 }}>
          <LengthInput label="For" seconds={length_s} onChange={setLength} />
          {isWindow && (
            <TextInput
              size="xs"
              label="Opens at"
              type="time"
              value={start}
              onChange={(event) => setStart(event.currentTarget.value)}
            />
          )}
        </div>
        <Checkbox.Group
          mt="sm"
          size="xs"
          label="Again and again, as a maintenance window"
          description="On which days of the week; none for once, from now on"
          value={days}
          onChange={(chosen) => setDays(DAYS.filter((day) => chosen.includes(day)))}
        >
          <Group gap={10} mt={6}>
            {DAYS.map((day) => (
              <Checkbox key={day} size="xs" value={day} label={day} />
            ))}
          </Group>
        </Checkbox.Group>
        <Textarea
          mt="sm"
          size="xs"
          label="Why"
          required
          maxLength={2000}
          value={reason}
          onChange={(event) => setReason(event.currentTarget.value)}
        />
        <ChangeProblem error={create.error} />
        <Group justify="end" mt="md">
          <Button type="submit" size="xs" loading={create.isPending} disabled={!isWhole}>
            Silence
          </Button>
        </Group>
      </form>
    </Modal>
  );
}
