/** One trace: its spans in time, and what the chosen one says. */

import { useDocumentTitle, useHotkeys } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link, useRouter } from "@tanstack/react-router";
import { type CSSProperties, useCallback, useMemo, useState } from "react";
import { oneTrace } from "../../api/queries";
import type { Trace } from "../../api/types";
import { ErrorNotice, Notice } from "../../components/Notice";
import { SpanTree } from "../../components/SpanTree";
import { SpanPanel } from "./SpanPanel";
import styles from "./Trace.module.css";
import { TraceHeader } from "./TraceHeader";

const route = getRouteApi("/traces/$traceId");

export function TracePage() {
  const { traceId } = route.useParams();
  const { project } = route.useSearch();
  const router = useRouter();
  const trace = useQuery(oneTrace(traceId, project));
  useDocumentTitle(`${trace.data?.summary.name || "Trace"} · Watchglass`);

  const goBack = useCallback(() => {
    if (router.state.location.state.isFromList) router.history.back();
    else router.navigate({ to: "/traces", search: { project } });
  }, [router, project]);
  useHotkeys([["Escape", goBack]]);

  if (trace.isPending) return <Notice title="Loading the trace …" />;
  if (trace.data === undefined) {
    return (
      <ErrorNotice error={trace.error}>
        <Link to="/traces" search={{ project }}>
          Go to the latest traces
        </Link>
      </ErrorNotice>
    );
  }
  return <Body key={traceId} trace={trace.data} project={project} onBack={goBack} />;
}

function Body({ trace, project, onBack }: { trace: Trace; project: string | undefined; onBack: () => void }) {
  const { span: spanId } = route.useSearch();
  const navigate = route.useNavigate();
  const { spans } = trace;
  // chosen once, so that spans which arrive later do not change what is being read
  const [interestingId] = useState(() => spans[firstOfInterest(spans)]?.span_id);
  const chosen = useMemo(() => {
    const positions = [spanId, interestingId].map((id) => spans.findIndex((span) => span.span_id === id));
    return positions.find((position) => position >= 0) ?? 0;
  }, [spans, spanId, interestingId]);
  const span = spans[chosen];
  const choose = (index: number) => {
    const chosenSpan = spans[index];
    if (chosenSpan) navigate({ search: (old) => ({ ...old, span: chosenSpan.span_id }), state: true, replace: true });
  };
  return (
    <div className={styles.page}>
      <TraceHeader trace={trace} project={project} onBack={onBack} />
      <div className={styles.panes} style={{ "--span-count": spans.length } as CSSProperties}>
        <SpanTree spans={spans} chosen={chosen} onChoose={choose} />
        {span && <SpanPanel trace={trace} span={span} project={project} />}
      </div>
    </div>
  );
}

/** What a reader most likely came for: the deepest span that failed, since it is the cause, else the first call to a model. */
function firstOfInterest(spans: Trace["spans"]): number {
  const failed = spans.filter((span) => span.status_code === "error");
  const deepest = Math.max(...failed.map((span) => span.depth));
  const cause = spans.findIndex((span) => span.status_code === "error" && span.depth === deepest);
  return Math.max(0, cause >= 0 ? cause : spans.findIndex((span) => span.is_model_call));
}
