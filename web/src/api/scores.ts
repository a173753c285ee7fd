/** Scores: what the screens ask of them, and how a reader gives one. */

import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { getJson, queryOf, sendJson } from "./client";
import type { NewScore, ScorePage, StoredScores } from "./types";

/** Most scores of a trace that are shown, the latest. */
export const MOST_SCORES = 1000;

/** All scores of a trace and of its spans, the latest first. */
export function traceScores(trace_id: string, project: string | undefined) {
  return queryOptions({
    queryKey: ["scores", trace_id, project],
    queryFn: async ({ signal }) =>
      (await getJson<ScorePage>("/scores", { trace_id, project, limit: MOST_SCORES }, signal)).scores,
  });
}

/** What a reader says of a score; the rest has its default. */
export type GivenScore = Partial<NewScore> & Pick<NewScore, "name" | "trace_id">;

/** Give one score; those of its trace are then asked for again. */
export function useGiveScore(project: string | undefined) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (score: GivenScore) =>
      sendJson<StoredScores>("POST", `/scores${queryOf({ project })}`, { scores: [score] }),
    onSuccess: (_stored, score) => queries.invalidateQueries({ queryKey: ["scores", score.trace_id] }),
  });
}
