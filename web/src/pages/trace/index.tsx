/** One trace: its spans in time, and what the chosen one says. */

import { Skeleton } from "@mantine/core";
import { useDebouncedValue, useDocumentTitle } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link, useRouter } from "@tanstack/react-router";
import { type CSSProperties, useCallback, useMemo, useRef, useState } from "react";
import { spansWithText } from "../../api/oneTrace";
import { oneSpan, oneTrace } from "../../api/queries";
import type { Trace } from "../../api/types";
import { ErrorNotice } from "../../components/Notice";
import { SpanTree } from "../../components/SpanTree";
import { useSpanTree } from "../../components/useSpanTree";
import { criticalPath } from "../../lib/criticalPath";
import { findSpans, nextOf } from "../../lib/findSpans";
import { keepRange, type TraceSearch } from "../../lib/search";
import { streamOf } from "../../lib/stream";
import { logRange } from "./logRange";
import { SpanPanel } from "./SpanPanel";
import { StepTable } from "./StepTable";
import { Toolbar } from "./Toolbar";
import styles from "./Trace.module.css";
import { TraceHeader } from "./TraceHeader";
import { useTraceKeys } from "./useTraceKeys";

const route = getRouteApi("/traces/$traceId");

export function TracePage() {
  const { traceId } = route.useParams();
  const search = route.useSearch();
  const router = useRouter();
  const trace = useQuery(oneTrace(traceId, search.project));
  useDocumentTitle(`${trace.data?.summary.name || "Trace"} · Watchglass`);

  const goBack = useCallback(() => {
    if (router.state.location.state.isFromList) router.history.back();
    else router.navigate({ to: "/traces", search: keepRange(search) });
  }, [router, search]);

  if (trace.isPending) return <Loading />;
  if (trace.data === undefined) {
    return (
      <ErrorNotice error={trace.error}>
        <Link to="/traces" search={keepRange(search)}>
          Go to the latest traces
        </Link>
      </ErrorNotice>
    );
  }
  return <Body key={traceId} trace={trace.data} search={search} onBack={goBack} />;
}

interface BodyProps {
  trace: Trace;
  search: TraceSearch;
  onBack: () => void;
}

function Body({ trace, search, onBack }: BodyProps) {
  const { spans } = trace;
  const { project } = search;
  const navigate = route.useNavigate();
  const searchRef = useRef<HTMLInputElement>(null);
  const change = (patch: Partial<TraceSearch>) =>
    navigate({ search: (old) => ({ ...old, ...patch }), state: true, replace: true });
  const { chosen, choose } = useChosen(spans, search.span, (span) => change({ span }));
  const tree = useSpanTree(spans, chosen, choose);
  const path = useMemo(() => (search.path === false ? null : criticalPath(spans)), [spans, search.path]);
  const errors = useMemo(() => spans.flatMap((span, at) => (span.status_code === "error" ? [at] : [])), [spans]);
  const { find, setFind, found } = useFind(trace, search, (text) => change({ find: text }));
  const step = (positions: readonly number[], direction: 1 | -1) =>
    choose(nextOf(positions, chosen, direction) ?? chosen);
  useTraceKeys({ tree, searchRef, onError: (direction) => step(errors, direction), onBack });

  const span = spans[chosen];
  const detail = useQuery(oneSpan(trace.trace_id, span?.span_id ?? "", project));
  // the answer of the span before is shown until the new one is there, and its course must not be drawn on this bar
  const stream = useMemo(
    () => (detail.data && !detail.isPlaceholderData ? streamOf(detail.data) : null),
    [detail.data, detail.isPlaceholderData],
  );
  const critical_ns = path && (path.stretches.get(chosen) ?? []).reduce((sum, it) => sum + it.end_ns - it.start_ns, 0);
  const foundSet = useMemo(() => (find.trim() === "" ? null : new Set(found)), [find, found]);
  return (
    <div className={styles.page}>
      <TraceHeader trace={trace} search={search} onBack={onBack} onShowScores={() => change({ tab: "scores" })} />
      <div className={styles.panes} style={{ "--span-count": tree.rows.length } as CSSProperties}>
        <div className={styles.left}>
          <Toolbar
            searchRef={searchRef}
            find={find}
            onFind={setFind}
            found={found}
            errors={errors}
            chosen={chosen}
            onStep={step}
            isFolded={tree.isFolded}
            onFoldAll={tree.foldAll}
            isPathMarked={path !== null}
            onMarkPath={(isMarked) => change({ path: isMarked ? undefined : false })}
            view={search.view ?? "tree"}
            onView={(view) => change({ view: view === "steps" ? "steps" : undefined })}
          />
          {search.view === "steps" ? (
            <StepTable spans={spans} chosen={chosen} onChoose={choose} />
          ) : (
            <SpanTree
              spans={spans}
              tree={tree}
              chosen={chosen}
              onChoose={choose}
              path={path}
              found={foundSet}
              stream={stream}
            />
          )}
        </div>
        {span && (
          <SpanPanel
            trace={trace}
            span={span}
            detail={detail}
            stream={stream}
            critical_ns={critical_ns}
            search={search}
            onSearch={change}
            onChooseId={(span_id) => choose(spans.findIndex((one) => one.span_id === span_id))}
          />
        )}
      </div>
    </div>
  );
}

/** The chosen span: that of the address, else what a reader most likely came for. */
function useChosen(spans: Trace["spans"], spanId: string | undefined, onChange: (span_id: string) => void) {
  // found once, so that spans which arrive later do not change what is being read
  const [interestingId] = useState(() => spans[firstOfInterest(spans)]?.span_id);
  const chosen = useMemo(() => {
    const positions = [spanId, interestingId].map((id) => spans.findIndex((span) => span.span_id === id));
    return positions.find((position) => position >= 0) ?? 0;
  }, [spans, spanId, interestingId]);
  const choose = (index: number) => {
    const span = spans[index];
    if (span && index !== chosen) onChange(span.span_id);
  };
  return { chosen, choose };
}

/** The search in the trace: at once in what the tree knows, a moment later in the messages, which the server has. */
function useFind(trace: Trace, search: TraceSearch, onChange: (text: string | undefined) => void) {
  const [find, setText] = useState(search.find ?? "");
  const [settled] = useDebouncedValue(find, 300);
  const range = logRange(trace.summary.start_time, trace.summary.duration_ns);
  const byText = useQuery(spansWithText(trace.trace_id, search.project, settled, range)).data;
  const found = useMemo(
    () => findSpans(trace.spans, find, settled.trim().length > 1 && byText ? byText : new Set()),
    [trace.spans, find, settled, byText],
  );
  const setFind = (text: string) => {
    setText(text);
    onChange(text === "" ? undefined : text);
  };
  return { find, setFind, found };
}

/** What a reader most likely came for: the deepest span that failed, since it is the cause, else the first call to a model. */
function firstOfInterest(spans: Trace["spans"]): number {
  let cause = -1;
  spans.forEach((span, index) => {
    if (span.status_code === "error" && (cause < 0 || span.depth > (spans[cause]?.depth ?? 0))) cause = index;
  });
  return Math.max(0, cause >= 0 ? cause : spans.findIndex((span) => span.is_model_call));
}

/** What the page will look like, in its heights. */
function Loading() {
  return (
    <div className={styles.page} role="status" aria-label="Loading the trace">
      <div className={styles.header}>
        <Skeleton height={28} width={320} mb={10} />
        <Skeleton height={36} />
      </div>
      <div className={styles.panes}>
        <div className={styles.left}>
          <Skeleton height={40} mb={8} />
          <Skeleton height={280} />
        </div>
        <Skeleton height={280} m={16} />
      </div>
    </div>
  );
}
