/** The stretch of time that is looked at, the zone in which times are shown, and how often news is asked for. */

import { Button, Menu, Popover, Select, Switch, TextInput } from "@mantine/core";
import { IconChevronDown, IconClock } from "@tabler/icons-react";
import { type FormEvent, useState } from "react";
import { DEFAULT_START, describeRange, RANGES, REFRESHES, type Refresh } from "../lib/range";
import type { RangeSearch } from "../lib/search";
import { fromInput, toInput } from "../lib/time";
import { allZones, describeZone, type TimeZone } from "../lib/timeZone";
import styles from "./RangePicker.module.css";

interface RangePickerProps {
  search: RangeSearch;
  /** What is to change in the search; what goes without saying comes as undefined. */
  onChange: (patch: Partial<RangeSearch>) => void;
  /** False on a page that has its own way to say when it asks for news. */
  hasRefresh?: boolean;
  /** The start that the page means when the search has none. */
  defaultStart?: string;
}

export function RangePicker({ search, onChange, hasRefresh = true, defaultStart = DEFAULT_START }: RangePickerProps) {
  const [isOpen, setOpen] = useState(false);
  const { start = defaultStart, end, tz = "local" } = search;
  const choose = (newStart: string, newEnd: string | undefined) => {
    setOpen(false);
    onChange({ start: newStart === defaultStart ? undefined : newStart, end: newEnd });
  };
  return (
    <Button.Group>
      <Popover opened={isOpen} onChange={setOpen} position="bottom-end" shadow="md" trapFocus returnFocus>
        <Popover.Target>
          <Button
            size="xs"
            variant="default"
            aria-label={`Time range: ${describeRange(start, end, tz)}`}
            leftSection={<IconClock size={14} aria-hidden />}
            rightSection={<IconChevronDown size={14} aria-hidden />}
            onClick={() => setOpen(!isOpen)}
          >
            {describeRange(start, end, tz)}
            {tz !== "local" && <span className={styles.zone}>{describeZone(tz)}</span>}
          </Button>
        </Popover.Target>
        <Popover.Dropdown className={styles.dropdown}>
          <div className={styles.presets}>
            {RANGES.map((range) => (
              <Button
                key={range.start}
                size="compact-xs"
                variant={range.start === start && end === undefined ? "filled" : "subtle"}
                justify="start"
                onClick={() => choose(range.start, undefined)}
              >
                {range.title}
              </Button>
            ))}
          </div>
          <div className={styles.own}>
            <OwnRange key={`${start} ${end} ${tz}`} start={start} end={end} zone={tz} onChoose={choose} />
            <Switch
              size="xs"
              label="Deploy markers on charts"
              checked={search.deploys !== "off"}
              onChange={(event) => onChange({ deploys: event.currentTarget.checked ? undefined : "off" })}
            />
            <ZoneSelect zone={tz} onChange={(zone) => onChange({ tz: zone === "local" ? undefined : zone })} />
          </div>
        </Popover.Dropdown>
      </Popover>
      {hasRefresh && (
        <RefreshMenu
          search={search}
          onChange={(refresh) => onChange({ refresh: refresh === "live" ? undefined : refresh })}
        />
      )}
    </Button.Group>
  );
}

function RefreshMenu({ search, onChange }: { search: RangeSearch; onChange: (refresh: Refresh) => void }) {
  const chosen = search.refresh ?? "live";
  // nothing new can appear in a range that has ended
  const isFixed = search.end !== undefined;
  const label = isFixed ? "Fixed" : REFRESHES[chosen].label;
  return (
    <Menu position="bottom-end" shadow="md">
      <Menu.Target>
        <Button
          size="xs"
          variant="default"
          disabled={isFixed}
          aria-label={isFixed ? "The range has ended, so nothing new can appear" : `Refresh: ${label}`}
          leftSection={<span className={styles.dot} data-state={isFixed ? "off" : chosen} />}
        >
          {label}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>Ask for news</Menu.Label>
        {Object.entries(REFRESHES).map(([name, { label: text }]) => (
          <Menu.Item key={name} aria-current={name === chosen || undefined} onClick={() => onChange(name as Refresh)}>
            {name === "live" ? "Live: as soon as something is stored" : name === "off" ? "Off" : `Every ${text}`}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}

function ZoneSelect({ zone, onChange }: { zone: TimeZone; onChange: (zone: TimeZone) => void }) {
  return (
    <Select
      size="xs"
      label="Time zone"
      searchable
      allowDeselect={false}
      comboboxProps={{ withinPortal: false }}
      limit={40}
      maxDropdownHeight={220}
      data={allZones().map((value) => ({ value, label: describeZone(value) }))}
      value={zone}
      onChange={(value) => value !== null && onChange(value)}
    />
  );
}

interface OwnRangeProps {
  start: string;
  end: string | undefined;
  zone: TimeZone;
  onChoose: (start: string, end: string | undefined) => void;
}

function OwnRange({ start, end, zone, onChoose }: OwnRangeProps) {
  const [from, setFrom] = useState(toInput(start, zone));
  const [to, setTo] = useState(toInput(end, zone));
  const isBackwards = from !== "" && to !== "" && from >= to;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const newStart = fromInput(from, zone);
    if (newStart !== undefined && !isBackwards) onChoose(newStart, fromInput(to, zone));
  };
  return (
    <form onSubmit={submit} className={styles.form}>
      <TextInput
        type="datetime-local"
        size="xs"
        label="From"
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
