/** One field's values with how many spans have each; a click asks for a value, the sign beside it rules it out. */

import { Skeleton } from "@mantine/core";
import { IconChevronRight, IconMinus } from "@tabler/icons-react";
import type { Facet } from "../api/facets";
import { type FacetField, valueTitle } from "../lib/facetFields";
import { formatCount, formatShortCount } from "../lib/format";
import { formatMoment, toMilliseconds } from "../lib/time";
import styles from "./FacetGroup.module.css";
import { useTimeZone } from "./timeZone";

interface FacetGroupProps {
  field: FacetField;
  facet: Facet | undefined;
  hasFailed: boolean;
  isOpen: boolean;
  /** Values that the filter asks for. */
  included: readonly string[];
  /** Values that the filter rules out. */
  excluded: readonly string[];
  onOpenChange: (isOpen: boolean) => void;
  onToggle: (value: string) => void;
  onExclude: (value: string) => void;
  onClear: () => void;
}

export function FacetGroup(props: FacetGroupProps) {
  const { field, facet, hasFailed, isOpen, included, excluded, onOpenChange, onClear } = props;
  const chosen = included.length + excluded.length;
  return (
    <section className={styles.group} aria-label={field.title}>
      <h3 className={styles.head}>
        <button type="button" aria-expanded={isOpen} onClick={() => onOpenChange(!isOpen)}>
          <IconChevronRight size={13} aria-hidden className={styles.chevron} />
          {field.title}
        </button>
        {chosen > 0 && (
          <button type="button" className={styles.clear} aria-label={`Clear ${field.title}`} onClick={onClear}>
            Clear
          </button>
        )}
      </h3>
      {isOpen && (facet ? <Values {...props} facet={facet} /> : <Waiting hasFailed={hasFailed} />)}
    </section>
  );
}

function Values({ field, facet, included, excluded, onToggle, onExclude }: FacetGroupProps & { facet: Facet }) {
  const known = new Set(facet.values.map(({ value }) => value));
  // what is chosen is always there, so that it can be taken back
  const unknown = [...included, ...excluded].filter((value) => !known.has(value));
  const values = [...facet.values, ...unknown.map((value) => ({ value, count: null, error_count: 0 }))];
  const most = Math.max(1, ...facet.values.map(({ count }) => count));
  return (
    <>
      {values.length === 0 && <p className={styles.note}>No span has one here</p>}
      <ul className={styles.values}>
        {values.map(({ value, count, error_count }) => {
          const title = valueTitle(field.name, value);
          const isOut = excluded.includes(value);
          const share = `${(100 * (count ?? 0)) / most}%`;
          return (
            <li key={value} data-out={isOut || undefined}>
              <button
                type="button"
                className={styles.value}
                aria-pressed={included.includes(value)}
                title={`${title}: ${formatCount(count)} spans, ${formatCount(error_count)} of them with an error`}
                onClick={() => onToggle(value)}
              >
                <span className={styles.bar} style={{ width: share }}>
                  <i style={{ width: `${count ? (100 * error_count) / count : 0}%` }} />
                </span>
                <span className={styles.name}>{title}</span>
                <span className={styles.count}>{formatShortCount(count)}</span>
              </button>
              <button
                type="button"
                className={styles.exclude}
                aria-pressed={isOut}
                aria-label={isOut ? `Do not leave out ${title}` : `Leave out ${title}`}
                title={isOut ? "Left out; press to allow it again" : "Leave out"}
                onClick={() => onExclude(value)}
              >
                <IconMinus size={12} aria-hidden />
              </button>
            </li>
          );
        })}
      </ul>
      <Reach facet={facet} />
    </>
  );
}

/** What is not listed, and how far back was counted where that is not the whole range. */
function Reach({ facet }: { facet: Facet }) {
  const zone = useTimeZone();
  const notes = [
    facet.other_count > 0 && `${formatShortCount(facet.other_count)} with other values`,
    facet.is_partial && `newest spans only, since ${formatMoment(toMilliseconds(facet.start), zone)}`,
  ].filter((note) => note !== false);
  return notes.length > 0 && <p className={styles.note}>{notes.join(" · ")}</p>;
}

function Waiting({ hasFailed }: { hasFailed: boolean }) {
  if (hasFailed) return <p className={styles.note}>The counts could not be loaded; the list is not touched by that.</p>;
  return (
    <div className={styles.waiting} role="status" aria-label="Counting">
      <Skeleton height={18} />
      <Skeleton height={18} width="80%" />
      <Skeleton height={18} width="60%" />
    </div>
  );
}
