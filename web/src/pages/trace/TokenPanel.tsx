/** How sure the model was of each token of its answer. */

import { Button, Skeleton } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { spanTokens, TOKENS_A_PAGE } from "../../api/tokens";
import { ErrorNotice } from "../../components/Notice";
import { TokenText } from "../../components/TokenText";
import { formatCount } from "../../lib/format";

interface TokenPanelProps {
  trace_id: string;
  span_id: string;
  project: string | undefined;
}

export function TokenPanel({ trace_id, span_id, project }: TokenPanelProps) {
  const list = useInfiniteQuery(spanTokens(trace_id, span_id, project));
  const tokens = useMemo(() => list.data?.pages.flatMap((page) => page.tokens) ?? [], [list.data]);
  if (list.error) return <ErrorNotice error={list.error} />;
  if (list.data === undefined) return <Skeleton height={240} />;
  const left = (list.data.pages[0]?.total ?? 0) - tokens.length;
  return (
    <>
      <TokenText tokens={tokens} />
      {list.hasNextPage && (
        <Button
          size="compact-sm"
          variant="default"
          mt="xs"
          loading={list.isFetchingNextPage}
          onClick={() => list.fetchNextPage()}
        >
          Show {formatCount(Math.min(left, TOKENS_A_PAGE))} more of {formatCount(left)}
        </Button>
      )}
    </>
  );
}
