/** GPUs over time as a heat map: one row a GPU, the machines below one another. */

import { SegmentedControl } from "@mantine/core";
import { useMemo } from "react";
import type { Host, HostList } from "../../api/types";
import { HeatMap } from "../../components/charts/HeatMap";
import { describeInterval } from "../../lib/interval";
import { GPU_MEASURES, heatOf } from "../../lib/serving";
import styles from "./Hosts.module.css";

const ROW_PX = 22;
const AXIS_PX = 40;
const MOST_PX = 620;
const FIRST = GPU_MEASURES[0]?.measure ?? "";

interface GpuHeatProps {
  list: HostList;
  /** The one machine whose GPUs are shown; all when undefined. */
  chosen: Host | undefined;
  measure: string | undefined;
  onMeasure: (measure: string | undefined) => void;
}

export function GpuHeat({ list, chosen, measure = FIRST, onMeasure }: GpuHeatProps) {
  const shown = useMemo(() => (chosen ? [chosen] : list.hosts), [chosen, list.hosts]);
  const { ys, cells } = useMemo(() => heatOf(shown, measure), [shown, measure]);
  if (ys.length === 0) return null;
  const plan = GPU_MEASURES.find((it) => it.measure === measure);
  return (
    <section className={styles.heat} aria-label="GPUs over time">
      <SegmentedControl
        size="xs"
        aria-label="What is shown of the GPUs"
        className={styles.measures}
        data={GPU_MEASURES.map(({ measure: value, title }) => ({ value, label: title }))}
        value={measure}
        onChange={(value) => onMeasure(value === FIRST ? undefined : value)}
      />
      <HeatMap
        title={`GPUs: ${(plan?.title ?? "").toLowerCase()}`}
        aggregates={`a row a GPU, ${describeInterval(list.interval_s)}`}
        unit={plan?.unit ?? ""}
        xs={list.times}
        ys={ys}
        cells={cells}
        most={plan?.most}
        height={Math.min(MOST_PX, ys.length * ROW_PX + AXIS_PX)}
      />
    </section>
  );
}
