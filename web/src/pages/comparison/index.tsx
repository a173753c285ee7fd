/** Compare: what one model, release or prompt changed against another, with how sure that is. */

import { Select } from "@mantine/core";
import { useDocumentTitle } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { useMemo, useRef } from "react";
import { tableFields } from "../../api/fields";
import { comparison, sides } from "../../api/models";
import { FilterInput } from "../../components/FilterInput";
import { ErrorNotice, Notice } from "../../components/Notice";
import { PageHeader } from "../../components/PageHeader";
import { RangePicker } from "../../components/RangePicker";
import { formatShortCount } from "../../lib/format";
import { type ComparisonSearch, chooseSides, DIMENSIONS } from "../../lib/models";
import { filterProblem } from "../../lib/problem";
import { listParameters, rangeParameters } from "../../lib/search";
import people from "../people/People.module.css";
import { useKeys } from "../shell/keys";
import { useCompletion } from "../useCompletion";
import styles from "./Comparison.module.css";
import { Result, ResultSkeleton } from "./Result";

const route = getRouteApi("/compare");

export function ComparisonPage() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const filterRef = useRef<HTMLInputElement>(null);
  useDocumentTitle("Compare · Watchglass");

  const { project, start, end, filter, dimension = "release" } = search;
  const parameters = useMemo(
    () => listParameters({ project, start, end, filter } as ComparisonSearch),
    [project, start, end, filter],
  );
  const found = useQuery(sides(parameters, dimension));
  const values = useMemo(() => (found.data ?? []).map(({ value }) => value), [found.data]);
  const [left, right] = chooseSides(search, values);
  const isReady = left !== undefined && right !== undefined && left !== right;
  const result = useQuery({ ...comparison(parameters, dimension, left ?? "", right ?? ""), enabled: isReady });
  const fields = useQuery(tableFields("spans"));
  const range = useMemo(() => rangeParameters({ project, start, end }), [project, start, end]);
  const completion = useCompletion(range, fields.data ?? []);
  const change = (part: Partial<ComparisonSearch>) =>
    navigate({ search: (old) => ({ ...old, ...part }), replace: true });
  const swap = () => change({ left: right, right: left });
  useKeys({ "/": () => filterRef.current?.focus(), x: [swap, "Swap the sides"] });
  const problem = filterProblem(found.error) ?? filterProblem(result.error);
  const error = found.error ?? result.error;

  return (
    <>
      <PageHeader title="Compare" actions={<RangePicker search={search} onChange={change} hasRefresh={false} />} />
      <div className={people.bar}>
        <div className={styles.sides}>
          <Select
            size="xs"
            label="Compare by"
            allowDeselect={false}
            data={dimensionChoices(dimension)}
            value={dimension}
            onChange={(value) => change({ dimension: value ?? undefined, left: undefined, right: undefined })}
          />
          <Side
            label="Before, or the one in use"
            value={left}
            other={right}
            found={found.data}
            onChange={(it) => change({ left: it, right })}
          />
          <button type="button" className={styles.swap} onClick={swap} disabled={!isReady} title="Swap the sides (x)">
            ⇄<span className={styles.hidden}>Swap the sides</span>
          </button>
          <Side
            label="After, or the other one"
            value={right}
            other={left}
            found={found.data}
            onChange={(it) => change({ left, right: it })}
          />
        </div>
        <FilterInput
          value={filter ?? ""}
          problem={problem}
          fields={fields.data ?? []}
          completion={completion}
          inputRef={filterRef}
          onChange={(it) => change({ filter: it || undefined })}
        />
      </div>
      <div className={people.scroll}>
        {problem ? (
          <Notice title="The filter cannot be read">It is marked above where it goes wrong.</Notice>
        ) : error ? (
          <ErrorNotice error={error} />
        ) : found.isPending || (isReady && result.isPending) ? (
          <ResultSkeleton />
        ) : result.data && isReady ? (
          <Result comparison={result.data} search={search} />
        ) : (
          <Notice title="Nothing to compare">
            <p>
              {values.length === 0
                ? `No call in this range says a ${(DIMENSIONS[dimension] ?? dimension).toLowerCase()}.`
                : `Every call in this range has the same ${(DIMENSIONS[dimension] ?? dimension).toLowerCase()}: ${values[0]}.`}{" "}
              Try a longer time range, or compare by something else.
            </p>
          </Notice>
        )}
      </div>
    </>
  );
}

interface SideProps {
  label: string;
  value: string | undefined;
  /** What stands on the other side, and is no choice here. */
  other: string | undefined;
  found: readonly { value: string; call_count: number }[] | undefined;
  onChange: (value: string) => void;
}

function Side({ label, value, other, found = [], onChange }: SideProps) {
  const known = found.filter((side) => side.value !== other);
  const data = known.map((side) => ({
    value: side.value,
    label: `${side.value}  (${formatShortCount(side.call_count)} calls)`,
  }));
  // one of the address that the range does not have is shown all the same
  if (value !== undefined && !known.some((side) => side.value === value)) data.unshift({ value, label: value });
  return (
    <Select
      size="xs"
      label={label}
      searchable
      allowDeselect={false}
      data={data}
      value={value ?? null}
      placeholder="Choose one"
      nothingFoundMessage="No such value in this range"
      onChange={(it) => it !== null && onChange(it)}
    />
  );
}

function dimensionChoices(chosen: string): { value: string; label: string }[] {
  const known = Object.entries(DIMENSIONS).map(([value, label]) => ({ value, label }));
  return chosen in DIMENSIONS ? known : [...known, { value: chosen, label: chosen }];
}
