/** The answer: in words what changed, drawn as intervals, and every number in a table. */

import { Skeleton } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { createColumnHelper } from "@tanstack/react-table";
import { useMemo } from "react";
import type { ComparedMeasure, Comparison } from "../../api/models";
import { IntervalChart } from "../../components/charts/IntervalChart";
import { type Columns, DataTable } from "../../components/DataTable";
import people from "../../components/People.module.css";
import {
  changeInWords,
  formatSigned,
  intervalInWords,
  MEASURE_NAMES,
  relative,
  summary,
  unitOf,
} from "../../lib/compareWords";
import { formatPlural, formatShare, formatShortCount, formatValue, UNKNOWN } from "../../lib/format";
import { keepRange, quoteValue, type RangeSearch } from "../../lib/search";
import styles from "./Comparison.module.css";

const column = createColumnHelper<ComparedMeasure>();

const COLOURS: Record<ComparedMeasure["change"], string> = {
  better: "var(--wg-retrieval)",
  worse: "var(--wg-error)",
  lower: "var(--wg-agent)",
  higher: "var(--wg-agent)",
  unclear: "var(--wg-step)",
  unknown: "var(--wg-step)",
};

const VERDICTS: Record<ComparedMeasure["change"], string> = {
  better: "better",
  worse: "worse",
  lower: "lower",
  higher: "higher",
  unclear: "no clear difference",
  unknown: "too few calls",
};

export function Result({ comparison, search }: { comparison: Comparison; search: RangeSearch }) {
  const { measures, left, right } = comparison;
  const columns = useMemo(() => measureColumns(left, right), [left, right]);
  const intervals = useMemo(
    () =>
      measures.flatMap((measure) => {
        const found = relative(measure);
        return found
          ? [{ name: MEASURE_NAMES[measure.name] ?? measure.name, ...found, color: COLOURS[measure.change] }]
          : [];
      }),
    [measures],
  );
  const clear = measures.filter(({ change }) => change !== "unclear" && change !== "unknown");
  const order = ["worse", "better", "higher", "lower"];
  const inOrder = clear.toSorted((one, other) => order.indexOf(one.change) - order.indexOf(other.change));
  return (
    <>
      <section className={styles.words} aria-label="What changed">
        <h2>
          <b>{right}</b> against <b>{left}</b>: {summary(measures)}
        </h2>
        {inOrder.length > 0 && (
          <ul>
            {inOrder.map((measure) => (
              <li key={measure.name} data-change={measure.change}>
                {changeInWords(measure)}
              </li>
            ))}
          </ul>
        )}
        <p>
          <Calls comparison={comparison} side="left" search={search} /> against{" "}
          <Calls comparison={comparison} side="right" search={search} />.{" "}
          {comparison.is_sampled
            ? "Means and percentiles are of an even sample of about 10,000 calls a side; error rates are of all."
            : "All of them were looked at."}{" "}
          Called better or worse is what chance would do in less than 5 of 100 comparisons like this one.
        </p>
      </section>
      <section className={styles.chart}>
        <IntervalChart
          title={`Difference of ${right} to ${left}`}
          aggregates="in percent of the left side, with 95 % confidence intervals; an interval across 0 may be chance"
          unit="ratio"
          intervals={intervals}
        />
      </section>
      <DataTable label="Measures" columns={columns} rows={measures} rowKey={(row) => row.name} />
      <p className={styles.note}>
        An interval is that of one measure alone; the verdict is corrected for all of them read together (Holm). Calls
        that follow each other closely are alike, so take a narrow interval from a short range with care.
      </p>
    </>
  );
}

interface CallsProps {
  comparison: Comparison;
  side: "left" | "right";
  search: RangeSearch;
}

/** How many calls a side has, leading to them. */
function Calls({ comparison, side, search }: CallsProps) {
  const count = side === "left" ? comparison.left_call_count : comparison.right_call_count;
  const filter = `is_model_call:true ${comparison.dimension}:${quoteValue(comparison[side])}`;
  return (
    <Link to="/traces" search={{ ...keepRange(search), filter }}>
      {formatPlural(count, "call")} of {comparison[side]}
    </Link>
  );
}

function measureColumns(left: string, right: string): Columns<ComparedMeasure> {
  const value = (id: "left" | "right", header: string) =>
    column.display({
      id,
      header,
      meta: { isNumber: true },
      cell: ({ row: { original } }) => (
        <>
          <span className={people.first}>{formatValue(original[id], unitOf(original))}</span>
          <span className={people.second}>of {formatShortCount(original[`${id}_count`])}</span>
        </>
      ),
    });
  return [
    column.display({
      id: "measure",
      header: "Measure",
      meta: { isMain: true },
      cell: ({ row: { original } }) => (
        <>
          <span className={people.first}>{MEASURE_NAMES[original.name] ?? original.name}</span>
          <span className={people.second}>{original.brief}</span>
        </>
      ),
    }),
    value("left", left),
    value("right", right),
    column.display({
      id: "difference",
      header: "Difference",
      meta: { isNumber: true },
      cell: ({ row: { original } }) => (
        <>
          <span className={people.first}>{formatSigned(original.difference, unitOf(original))}</span>
          <span className={people.second}>
            {original.left && original.difference !== null
              ? formatSigned(original.difference / original.left, "ratio")
              : ""}
          </span>
        </>
      ),
    }),
    column.display({
      id: "interval",
      header: "95 % interval",
      meta: { isNumber: true },
      cell: ({ row: { original } }) => intervalInWords(original),
    }),
    column.display({
      id: "greater",
      header: "More in",
      meta: { isNumber: true, isWideOnly: true },
      cell: ({ row: { original } }) => (
        <span title="How often a call of the right side has more than one of the left, by pairs drawn at random">
          {original.greater_ratio === null ? UNKNOWN : `${formatShare(original.greater_ratio)} of pairs`}
        </span>
      ),
    }),
    column.display({
      id: "change",
      header: "Verdict",
      cell: ({ row: { original } }) => (
        <>
          <span className={styles.verdict} data-change={original.change}>
            {VERDICTS[original.change]}
          </span>
          {original.adjusted_p_value !== null && (
            <span className={people.second}>p {formatP(original.adjusted_p_value)}</span>
          )}
        </>
      ),
    }),
  ];
}

function formatP(p_value: number): string {
  return p_value < 0.001 ? "< 0.001" : `= ${p_value.toFixed(3)}`;
}

/** Grey where words, chart and table will be, of their height. */
export function ResultSkeleton() {
  return (
    <div role="status" aria-label="Comparing">
      <Skeleton h={120} mx={16} my={12} w="auto" />
      <Skeleton h={274} mx={16} my={12} w="auto" />
      <Skeleton h={380} mx={16} w="auto" />
    </div>
  );
}
