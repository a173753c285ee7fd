/** The tokens of an answer, page by page: there may be thousands. */

import { infiniteQueryOptions } from "@tanstack/react-query";
import { getJson } from "./client";
import type { TokenPage } from "./types";

/** Tokens of one page. */
export const TOKENS_A_PAGE = 500;

export function spanTokens(trace_id: string, span_id: string, project: string | undefined) {
  const path = `/traces/${encodeURIComponent(trace_id)}/spans/${encodeURIComponent(span_id)}/tokens`;
  return infiniteQueryOptions({
    queryKey: ["span-tokens", trace_id, span_id, project],
    queryFn: ({ pageParam, signal }) =>
      getJson<TokenPage>(path, { project, offset: pageParam, limit: TOKENS_A_PAGE }, signal),
    initialPageParam: 0,
    getNextPageParam: (last, pages) => {
      const shown = pages.reduce((sum, page) => sum + page.tokens.length, 0);
      return last.tokens.length > 0 && shown < last.total ? shown : undefined;
    },
    staleTime: Number.POSITIVE_INFINITY,
  });
}
