/** How many records there are of each level, and which levels the list shows. */

import type { LogHistogram } from "../../api/types";
import { formatCount, formatShortCount } from "../../lib/format";
import { LEVELS, type Level } from "../../lib/logs";
import { levelColour } from "./colours";
import styles from "./Logs.module.css";

interface LevelFacetsProps {
  histogram: LogHistogram | undefined;
  chosen: readonly Level[];
  onChange: (chosen: Level[]) => void;
}

export function LevelFacets({ histogram, chosen, onChange }: LevelFacetsProps) {
  const counts = new Map(histogram?.levels.map(({ level, count }) => [level, count]));
  const toggle = (level: Level) =>
    onChange(
      chosen.includes(level)
        ? chosen.filter((it) => it !== level)
        : LEVELS.filter((it) => it === level || chosen.includes(it)),
    );
  // a level that never occurs takes no room, unless it is chosen
  const shown = LEVELS.filter(
    (level) => (counts.get(level) ?? 0) > 0 || chosen.includes(level) || histogram === undefined,
  );
  return (
    <fieldset className={styles.levels}>
      <legend>Levels</legend>
      {shown.map((level) => (
        <button
          key={level}
          type="button"
          aria-pressed={chosen.includes(level)}
          title={`${formatCount(counts.get(level))} records`}
          onClick={() => toggle(level)}
        >
          <i style={{ background: levelColour(level) }} />
          {level}
          <span className={styles.count}>{formatShortCount(counts.get(level))}</span>
        </button>
      ))}
      {chosen.length > 0 && (
        <button type="button" className={styles.all} onClick={() => onChange([])}>
          All levels
        </button>
      )}
    </fieldset>
  );
}
