/** Models: cost, latency, errors and tokens of each, over time and in all; those without a price. */

import { SegmentedControl } from "@mantine/core";
import { useDocumentTitle } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { useMemo, useRef } from "react";
import { tableFields } from "../../api/fields";
import { useRefetchInterval } from "../../api/live";
import { modelCourse, modelList, unpricedModels } from "../../api/models";
import type { Usage } from "../../api/types";
import { TimeChart } from "../../components/charts/TimeChart";
import { FilterInput } from "../../components/FilterInput";
import { ErrorNotice, Notice } from "../../components/Notice";
import { PageHeader } from "../../components/PageHeader";
import { RangePicker } from "../../components/RangePicker";
import { estimateNote, withEstimate } from "../../lib/estimate";
import { describeInterval } from "../../lib/interval";
import { MODEL_MEASURES, type ModelMeasure, type ModelsSearch } from "../../lib/models";
import { filterProblem } from "../../lib/problem";
import { listParameters, rangeParameters } from "../../lib/search";
import people from "../people/People.module.css";
import { useRowKeys } from "../people/useRowKeys";
import { useKeys } from "../shell/keys";
import { useCompletion } from "../useCompletion";
import styles from "./Models.module.css";
import { ModelTable } from "./ModelTable";
import { Unpriced } from "./Unpriced";

const route = getRouteApi("/models");

/** Totals of all models take longer to count than a page of a list. */
const LEAST_INTERVAL_MS = 10_000;

export function ModelsPage() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const filterRef = useRef<HTMLInputElement>(null);
  useDocumentTitle("Models · Watchglass");
  useKeys({ "/": () => filterRef.current?.focus() });
  useRowKeys();

  const { project, start, end, filter, measure = "cost_usd" } = search;
  const parameters = useMemo(
    () => listParameters({ project, start, end, filter } as ModelsSearch),
    [project, start, end, filter],
  );
  const asked_ms = useRefetchInterval(search);
  const interval = asked_ms && Math.max(asked_ms, LEAST_INTERVAL_MS);
  const models = useQuery(modelList(parameters, interval));
  const course = useQuery(modelCourse(parameters, measure, interval));
  const unpriced = useQuery(unpricedModels(parameters));
  const fields = useQuery(tableFields("spans"));
  const range = useMemo(() => rangeParameters({ project, start, end }), [project, start, end]);
  const completion = useCompletion(range, fields.data ?? []);
  const change = (part: Partial<ModelsSearch>) => navigate({ search: (old) => ({ ...old, ...part }), replace: true });
  const sort = readSort(search.by);
  const rows = models.data?.models ?? [];
  const problem = filterProblem(models.error);

  return (
    <>
      <PageHeader title="Models" actions={<RangePicker search={search} onChange={change} />} />
      <div className={people.bar}>
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
        <Course
          usage={course.data}
          measure={measure}
          isLoading={course.isPending}
          onMeasure={(it) => change({ measure: it === "cost_usd" ? undefined : it })}
          onZoom={(from, to) => change({ start: from, end: to })}
        />
        <Unpriced models={unpriced.data ?? []} search={search} />
        {models.error && rows.length === 0 ? (
          problem ? (
            <Notice title="The filter cannot be read">It is marked above where it goes wrong.</Notice>
          ) : (
            <ErrorNotice error={models.error} />
          )
        ) : rows.length === 0 && !models.isPending ? (
          <Notice title="No model was called">
            {filter
              ? "Try fewer conditions, or a longer time range."
              : "Try a longer time range. A call counts once its span has arrived."}
          </Notice>
        ) : (
          <div className={styles.table}>
            {models.data?.sampled_share != null && (
              <p className={styles.estimate}>Figures are {estimateNote(models.data.sampled_share)}.</p>
            )}
            <ModelTable
              rows={rows}
              search={search}
              sort={sort}
              onSort={(by) => change({ by: nextSort(sort, by) })}
              isLoading={models.isPending}
            />
          </div>
        )}
      </div>
    </>
  );
}

interface CourseProps {
  usage: Usage | undefined;
  measure: ModelMeasure;
  isLoading: boolean;
  onMeasure: (measure: ModelMeasure) => void;
  onZoom: (start: string, end: string) => void;
}

/** One measure of each model over time. */
function Course({ usage, measure, isLoading, onMeasure, onZoom }: CourseProps) {
  const { title, aggregates, unit } = MODEL_MEASURES[measure];
  const isSum = ["cost_usd", "model_call_count", "error_count"].includes(measure);
  const series = useMemo(
    () =>
      // what adds up is put on top of one another; of a percentile of the rest there is none
      (usage?.series ?? [])
        .filter(({ is_other }) => isSum || !is_other)
        .map(({ group, is_other, values }) => ({
          name: is_other ? "other models" : String(group.model ?? "") || "(no model)",
          values: values[measure] ?? [],
          ...(isSum ? { kind: "bar" as const, stack: "models" } : {}),
        })),
    [usage, measure, isSum],
  );
  return (
    <section className={styles.chart}>
      <SegmentedControl
        size="xs"
        mb={6}
        aria-label="What is drawn"
        className={styles.measures}
        data={Object.entries(MODEL_MEASURES).map(([value, { title: label }]) => ({ value, label }))}
        value={measure}
        onChange={(value) => onMeasure(value as ModelMeasure)}
      />
      <TimeChart
        title={`${title} by model`}
        aggregates={
          usage ? withEstimate(`${aggregates}, ${describeInterval(usage.interval_s)}`, usage.sampled_share) : aggregates
        }
        unit={unit}
        times={usage?.times ?? []}
        series={series}
        isLoading={isLoading}
        onZoom={onZoom}
      />
    </section>
  );
}

function readSort(by: string | undefined): { by: string; isRising: boolean } {
  if (by === undefined) return { by: "calls", isRising: false };
  return by.startsWith("-") ? { by: by.slice(1), isRising: false } : { by, isRising: true };
}

/** The largest first; the same column again turns the order. */
function nextSort(sort: { by: string; isRising: boolean }, by: string): string {
  return sort.by === by && !sort.isRising ? by : `-${by}`;
}
