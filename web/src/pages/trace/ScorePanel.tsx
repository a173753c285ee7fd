/** What people and programs think of the chosen span and of the trace, and a form to say it oneself. */

import { Skeleton } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { MOST_SCORES, traceScores } from "../../api/scores";
import type { SpanNode, Trace } from "../../api/types";
import { ErrorNotice } from "../../components/Notice";
import { ScoreList } from "../../components/ScoreList";
import { ScoreForm } from "./ScoreForm";
import styles from "./ScorePanel.module.css";

interface ScorePanelProps {
  trace: Trace;
  span: SpanNode;
  project: string | undefined;
}

export function ScorePanel({ trace, span, project }: ScorePanelProps) {
  const scores = useQuery(traceScores(trace.trace_id, project));
  const all = scores.data ?? [];
  const here = all.filter((score) => score.span_id === span.span_id);
  const whole = all.filter((score) => score.span_id === "");
  const elsewhere = all.filter((score) => score.span_id !== "" && score.span_id !== span.span_id);
  const nameOf = (span_id: string) => trace.spans.find((one) => one.span_id === span_id)?.name || span_id;
  return (
    <div className={styles.panel}>
      <ScoreForm key={span.span_id} trace={trace} span={span} project={project} />
      {scores.error && <ErrorNotice error={scores.error} />}
      {scores.isPending && <Skeleton height={72} />}
      {scores.data?.length === 0 && (
        <p className={styles.nothing}>
          Nobody has judged this trace yet. Say what you think above, send feedback of your users to{" "}
          <code>POST /api/v1/scores</code>, or report <code>gen_ai.evaluation.result</code> events.
        </p>
      )}
      {here.length > 0 && (
        <section>
          <h3>This span</h3>
          <ScoreList scores={here} />
        </section>
      )}
      {whole.length > 0 && (
        <section>
          <h3>Whole trace</h3>
          <ScoreList scores={whole} />
        </section>
      )}
      {elsewhere.length > 0 && (
        <section>
          <h3>Other spans</h3>
          <ScoreList scores={elsewhere} placeOf={(score) => nameOf(score.span_id)} />
        </section>
      )}
      {all.length === MOST_SCORES && <p className={styles.nothing}>Only the latest {MOST_SCORES} scores are shown.</p>}
    </div>
  );
}
