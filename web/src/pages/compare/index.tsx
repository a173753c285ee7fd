/** Two traces side by side: their figures, their steps, and what is different in the texts of a step. */

import { useDocumentTitle } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { useMemo } from "react";
import { oneTrace } from "../../api/queries";
import type { Trace } from "../../api/types";
import { ErrorNotice, Notice } from "../../components/Notice";
import { PageHeader } from "../../components/PageHeader";
import { alignSteps } from "../../lib/alignSteps";
import type { CompareSearch } from "../../lib/compareSearch";
import { moveByKey } from "../../lib/listKeys";
import { useKeys } from "../shell/keys";
import styles from "./Compare.module.css";
import { FigureTable } from "./FigureTable";
import { StepPairs } from "./StepPairs";
import { StepTexts } from "./StepTexts";
import { TracePicker } from "./TracePicker";

const route = getRouteApi("/traces/compare");

export function ComparePage() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  useDocumentTitle("Compare traces · Watchglass");
  const left = useTrace(search.left, search.project);
  const right = useTrace(search.right, search.project);
  const change = (patch: Partial<CompareSearch>) =>
    navigate({ search: (old) => ({ ...old, ...patch }), replace: true });
  return (
    <div className={styles.page}>
      <PageHeader title="Compare traces" />
      <div className={styles.pickers}>
        <TracePicker
          side="Left"
          trace_id={search.left}
          trace={left.data}
          other={right.data}
          search={search}
          onPick={(id) => change({ left: id, step: undefined })}
        />
        <TracePicker
          side="Right"
          trace_id={search.right}
          trace={right.data}
          other={left.data}
          search={search}
          onPick={(id) => change({ right: id, step: undefined })}
        />
      </div>
      {left.error && <ErrorNotice error={left.error} />}
      {right.error && <ErrorNotice error={right.error} />}
      {left.data && right.data ? (
        <Comparison left={left.data} right={right.data} search={search} onStep={(step) => change({ step })} />
      ) : (
        !left.error &&
        !right.error &&
        (left.isLoading || right.isLoading ? (
          <Notice title="Loading the traces …" />
        ) : (
          <Notice title="Choose two traces">
            <p>Paste a trace's id or the address of its page on each side, or take one of the latest like the other.</p>
          </Notice>
        ))
      )}
    </div>
  );
}

interface ComparisonProps {
  left: Trace;
  right: Trace;
  search: CompareSearch;
  onStep: (step: number) => void;
}

function Comparison({ left, right, search, onStep }: ComparisonProps) {
  const pairs = useMemo(() => alignSteps(left.spans, right.spans), [left.spans, right.spans]);
  // texts of calls to models are what most readers came for
  const first = useMemo(
    () =>
      pairs.findIndex((pair) =>
        [left.spans[pair.left ?? -1], right.spans[pair.right ?? -1]].some((it) => it?.is_model_call),
      ),
    [pairs, left.spans, right.spans],
  );
  const step = Math.min(search.step ?? Math.max(first, 0), pairs.length - 1);
  const pair = pairs[step];
  const move = (key: string) => () => onStep(moveByKey(key, step, pairs.length) ?? step);
  useKeys({ j: [move("j"), "Next step"], k: [move("k"), "Previous step"] });
  return (
    <>
      <FigureTable left={left.summary} right={right.summary} />
      <div className={styles.panes}>
        <StepPairs left={left.spans} right={right.spans} pairs={pairs} chosen={step} onChoose={onStep} />
        {pair && (
          <StepTexts
            left={pair.left === null ? null : { trace_id: left.trace_id, span: left.spans[pair.left] }}
            right={pair.right === null ? null : { trace_id: right.trace_id, span: right.spans[pair.right] }}
            search={search}
          />
        )}
      </div>
    </>
  );
}

function useTrace(trace_id: string | undefined, project: string | undefined) {
  return useQuery({ ...oneTrace(trace_id ?? "", project), enabled: trace_id !== undefined });
}
