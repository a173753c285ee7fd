/** The stretch of time that is looked at: a few usual ones, or two instants of one's own. */

import { Button, Popover, TextInput } from "@mantine/core";
import { IconChevronDown, IconClock } from "@tabler/icons-react";
import { type FormEvent, useState } from "react";
import { describeRange, fromLocalInput, RANGES, toLocalInput } from "../lib/time";
import styles from "./RangePicker.module.css";

interface RangePickerProps {
  start: string;
  end: string | undefined;
  now_ms: number;
  onChange: (start: string, end: string | undefined) => void;
}

export function RangePicker({ start, end, now_ms, onChange }: RangePickerProps) {
  const [isOpen, setOpen] = useState(false);
  const choose = (newStart: string, newEnd: string | undefined) => {
    setOpen(false);
    onChange(newStart, newEnd);
  };
  return (
    <Popover opened={isOpen} onChange={setOpen} position="bottom-end" shadow="md" trapFocus>
      <Popover.Target>
        <Button
          size="xs"
          variant="default"
          leftSection={<IconClock size={14} aria-hidden />}
          rightSection={<IconChevronDown size={14} aria-hidden />}
          onClick={() => setOpen(!isOpen)}
        >
          {describeRange(start, end, now_ms)}
        </Button>
      </Popover.Target>
      <Popover.Dropdown>
        <div className={styles.presets}>
          {RANGES.map((range) => (
            <Button
              key={range.start}
              size="compact-xs"
              variant={range.start === start && end === undefined ? "filled" : "default"}
              title={range.title}
              onClick={() => choose(range.start, undefined)}
            >
              {range.label}
            </Button>
          ))}
        </div>
        <OwnRange key={`${start} ${end}`} start={start} end={end} onChoose={choose} />
      </Popover.Dropdown>
    </Popover>
  );
}

function OwnRange({
  start,
  end,
  onChoose,
}: {
  start: string;
  end: string | undefined;
  onChoose: (start: string, end: string | undefined) => void;
}) {
  const [from, setFrom] = useState(toLocalInput(start));
  const [to, setTo] = useState(toLocalInput(end));
  const isBackwards = from !== "" && to !== "" && from >= to;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const newStart = fromLocalInput(from);
    if (newStart !== undefined && !isBackwards) onChoose(newStart, fromLocalInput(to));
  };
  return (
    <form onSubmit={submit} className={styles.own}>
      <TextInput
        type="datetime-local"
        size="xs"
        label="From (local time)"
        value={from}
        onChange={(event) => setFrom(event.currentTarget.value)}
      />
      <TextInput
        type="datetime-local"
        size="xs"
        label="To (now when empty)"
        value={to}
        error={isBackwards ? "Must be after the start" : undefined}
        onChange={(event) => setTo(event.currentTarget.value)}
      />
      <Button type="submit" size="xs" disabled={from === "" || isBackwards}>
        Show this range
      </Button>
    </form>
  );
}
