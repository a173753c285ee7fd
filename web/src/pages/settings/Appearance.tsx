/** Appearance: colours, kept in this browser, and the time zone, which is part of the address. */

import { SegmentedControl, Select, useMantineColorScheme } from "@mantine/core";
import { allZones, describeZone } from "../../lib/timeZone";
import type { SectionProps } from ".";
import { SectionHead } from "./Section";
import styles from "./Settings.module.css";

export function Appearance({ search, onSearch }: SectionProps) {
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  return (
    <section>
      <SectionHead title="Appearance" brief="How these screens look to you; nobody else is concerned." />
      <div className={styles.fields}>
        <fieldset>
          <legend>Colours</legend>
          <SegmentedControl
            size="xs"
            aria-label="Colours"
            data={[
              { value: "auto", label: "As the system" },
              { value: "light", label: "Light" },
              { value: "dark", label: "Dark" },
            ]}
            value={colorScheme}
            onChange={(value) => setColorScheme(value as typeof colorScheme)}
          />
          <p className={styles.dim}>Kept in this browser.</p>
        </fieldset>
        <Select
          size="xs"
          label="Time zone"
          description="Part of the address, so that a link shows the same times to everybody"
          searchable
          allowDeselect={false}
          limit={40}
          data={allZones().map((value) => ({ value, label: describeZone(value) }))}
          value={search.tz ?? "local"}
          onChange={(zone) => onSearch({ tz: zone === null || zone === "local" ? undefined : zone })}
        />
      </div>
    </section>
  );
}
