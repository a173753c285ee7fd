/** One session: the conversation replayed in order, each turn with what it took. */

import { Button, Skeleton } from "@mantine/core";
import { useDocumentTitle } from "@mantine/hooks";
import { IconPlayerPause, IconPlayerPlay } from "@tabler/icons-react";
import { useInfiniteQuery } from "@tanstack/react-query";
import { getRouteApi, Link, useNavigate } from "@tanstack/react-router";
import { useCallback } from "react";
import { useLiveChanges } from "../../api/live";
import { type Session, sessionTurns, type Turn } from "../../api/people";
import { Cost } from "../../components/Cost";
import { More } from "../../components/DataTable";
import { ErrorNotice } from "../../components/Notice";
import { PageHeader } from "../../components/PageHeader";
import { formatCount, formatDuration, formatShortCount } from "../../lib/format";
import { between_ns } from "../../lib/people";
import { keepRange } from "../../lib/search";
import { Facts } from "../people/Facts";
import styles from "../people/People.module.css";
import { useKeys } from "../shell/keys";
import replay from "./Session.module.css";
import { TurnView } from "./TurnView";
import { usePlay } from "./usePlay";

const route = getRouteApi("/sessions/$sessionId");
const NO_TURNS: readonly Turn[] = [];

export function SessionPage() {
  const { sessionId } = route.useParams();
  const search = route.useSearch();
  const navigate = useNavigate();
  useDocumentTitle("Session · Watchglass");

  const turns = useInfiniteQuery(sessionTurns(sessionId, search.project));
  const { fetchNextPage, hasNextPage } = turns;
  const rows = turns.data?.pages.flatMap((page) => page.turns) ?? NO_TURNS;
  const session = turns.data?.pages[0]?.session ?? null;
  // a conversation goes on at its end, which is there to see only once all before it is
  const { refetch } = turns;
  useLiveChanges(search.project, () => void refetch(), search.refresh !== "off" && rows.length > 0 && !hasNextPage);

  const onNeed = useCallback(() => void fetchNextPage(), [fetchNextPage]);
  const choose = (turn: string) =>
    void navigate({ to: ".", search: (old: object) => ({ ...old, turn }), replace: true, resetScroll: false });
  const play = usePlay(rows, search.turn, choose, hasNextPage ? onNeed : undefined);
  const open = () => {
    const { project } = search;
    if (search.turn) void navigate({ to: "/traces/$traceId", params: { traceId: search.turn }, search: { project } });
  };
  const leave = () => void navigate({ to: "/sessions", search: keepRange(search) });
  useKeys({
    j: [() => play.step(1), "Next turn"],
    k: [() => play.step(-1), "Previous turn"],
    p: [play.toggle, "Play or pause the conversation"],
    Enter: open,
    Escape: leave,
  });

  return (
    <>
      <PageHeader
        title={
          <>
            <Link to="/sessions" search={keepRange(search)} className={styles.crumb}>
              Sessions
            </Link>
            {" / "}
            <span title={sessionId}>{sessionId}</span>
          </>
        }
        actions={
          <Button
            size="xs"
            variant="default"
            leftSection={play.isPlaying ? <IconPlayerPause size={14} /> : <IconPlayerPlay size={14} />}
            disabled={rows.length === 0}
            onClick={play.toggle}
          >
            {play.isPlaying ? "Pause" : "Play"}
          </Button>
        }
      />
      {session ? <SessionFacts session={session} search={search} /> : turns.isPending && <Skeleton h={63} radius={0} />}
      <div className={styles.scroll}>
        {turns.error && rows.length === 0 ? (
          <ErrorNotice error={turns.error}>
            <Link to="/sessions" search={keepRange(search)}>
              All sessions
            </Link>
          </ErrorNotice>
        ) : (
          <ol className={replay.turns} aria-label="Turns" aria-busy={turns.isPending}>
            {turns.isPending &&
              [64, 120, 64, 120].map((h, at) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: they never move
                <Skeleton key={at} h={h} w={at % 2 ? "80%" : "50%"} ml={at % 2 ? 0 : "auto"} mb="md" />
              ))}
            {rows.map((turn, index) => (
              <TurnView
                key={turn.trace.trace_id}
                turn={turn}
                number={index + 1}
                before={rows[index - 1]}
                isCurrent={turn.trace.trace_id === search.turn}
                project={search.project}
                onChoose={choose}
              />
            ))}
          </ol>
        )}
        {rows.length > 0 && hasNextPage && (
          <More
            noun="turns"
            hasMore={hasNextPage}
            isLoading={turns.isFetchingNextPage}
            hasFailed={turns.isFetchNextPageError}
            onNeed={onNeed}
          />
        )}
      </div>
    </>
  );
}

function SessionFacts({ session, search }: { session: Session; search: Parameters<typeof keepRange>[0] }) {
  const [user] = session.user_ids;
  return (
    <Facts
      facts={[
        ["Turns", formatCount(session.trace_count)],
        ["Model calls", formatCount(session.model_call_count)],
        [
          "Cost",
          <Cost
            key="cost"
            cost_usd={session.cost_usd}
            unpriced_count={session.unpriced_count}
            call_count={session.model_call_count}
            isLinked
          />,
        ],
        ["Tokens", `${formatShortCount(session.input_tokens)} in, ${formatShortCount(session.output_tokens)} out`],
        ["Errors", formatCount(session.error_count)],
        ["Lasted", formatDuration(between_ns(session.first_time, session.last_time))],
        [
          "User",
          user === undefined ? (
            "–"
          ) : (
            <Link key="user" to="/users/$userId" params={{ userId: user }} search={keepRange(search)}>
              {user}
            </Link>
          ),
        ],
      ]}
    />
  );
}
