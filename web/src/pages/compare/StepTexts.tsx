/** What is different in the texts of one step of both traces. */

import { Skeleton } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { lazy, Suspense } from "react";
import { oneSpan } from "../../api/queries";
import type { SpanNode } from "../../api/types";
import { ErrorNotice } from "../../components/Notice";
import type { CompareSearch } from "../../lib/compareSearch";
import { keepRange } from "../../lib/search";
import { textsOf } from "../../lib/spanTexts";
import styles from "./Compare.module.css";

const TextDiff = lazy(() => import("../../components/TextDiff"));

/** One side's step. */
export interface SideStep {
  trace_id: string;
  span: SpanNode | undefined;
}

interface StepTextsProps {
  left: SideStep | null;
  right: SideStep | null;
  search: CompareSearch;
}

export function StepTexts({ left, right, search }: StepTextsProps) {
  const one = useStep(left, search.project);
  const other = useStep(right, search.project);
  const error = one.error ?? other.error;
  const [texts, otherTexts] = [textsOf(one.data ?? {}), textsOf(other.data ?? {})];
  const isEmpty = [texts.input, texts.output, otherTexts.input, otherTexts.output].every((text) => text === "");
  return (
    <section className={styles.texts} aria-label="Texts of the step">
      <div className={styles.links}>
        <Open side="left" step={left} search={search} />
        <Open side="right" step={right} search={search} />
        <span className={styles.legend}>
          <del>only left</del> <ins>only right</ins>
        </span>
      </div>
      {error && <ErrorNotice error={error} />}
      {one.isLoading || other.isLoading ? (
        <Skeleton height={160} />
      ) : isEmpty ? (
        <p className={styles.dim}>This step carries no texts on either side.</p>
      ) : (
        <Suspense fallback={<Skeleton height={160} />}>
          <h2>Input</h2>
          <TextDiff left={texts.input} right={otherTexts.input} />
          <h2>Output</h2>
          <TextDiff left={texts.output} right={otherTexts.output} />
        </Suspense>
      )}
    </section>
  );
}

function useStep(step: SideStep | null, project: string | undefined) {
  const { queryKey, queryFn } = oneSpan(step?.trace_id ?? "", step?.span?.span_id ?? "", project);
  return useQuery({ queryKey, queryFn, enabled: step?.span !== undefined });
}

function Open({ side, step, search }: { side: string; step: SideStep | null; search: CompareSearch }) {
  if (!step?.span) return null;
  return (
    <Link
      to="/traces/$traceId"
      params={{ traceId: step.trace_id }}
      search={{ ...keepRange(search), span: step.span.span_id }}
    >
      Open the {side} one
    </Link>
  );
}
