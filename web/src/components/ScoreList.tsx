/** Scores with who gave them and why; what programs and people wrote is shown as text. */

import type { Score } from "../api/types";
import { formatNumber } from "../lib/format";
import { formatInstant, formatUtc } from "../lib/time";
import { LongText } from "./LongText";
import styles from "./ScoreList.module.css";
import { useTimeZone } from "./timeZone";

interface ScoreListProps {
  scores: readonly Score[];
  /** What each score is of, where that is not plain from its place. */
  placeOf?: (score: Score) => string;
}

export function ScoreList({ scores, placeOf }: ScoreListProps) {
  const zone = useTimeZone();
  return (
    <ol className={styles.list}>
      {scores.map((score) => (
        <li key={score.score_id}>
          <div className={styles.line}>
            <strong>{score.name || "(no name)"}</strong>
            <ScoreValue score={score} />
            <span className={styles.source}>{score.source}</span>
            {placeOf && <span className={styles.place}>{placeOf(score)}</span>}
            <span className={styles.by}>
              {score.author && `${score.author}, `}
              <time title={formatUtc(score.time)}>{formatInstant(score.time, zone, Date.now())}</time>
            </span>
          </div>
          {score.comment && <LongText text={score.comment} characters={600} />}
        </li>
      ))}
    </ol>
  );
}

/** The number and the label of a score; thumbs as such. */
export function ScoreValue({ score }: { score: Pick<Score, "name" | "value" | "label"> }) {
  const isThumb = score.name === "thumbs" && (score.value === 0 || score.value === 1);
  return (
    <span className={styles.value} data-thumb={isThumb ? String(score.value) : undefined}>
      {isThumb ? (score.value === 1 ? "up" : "down") : score.value !== null && formatNumber(score.value ?? 0)}
      {score.label && ` ${score.label}`}
    </span>
  );
}
