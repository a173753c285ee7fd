/** One user: what they did over time, what it came to, and their conversations. */

import { useDocumentTitle } from "@mantine/hooks";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { getRouteApi, Link, useNavigate } from "@tanstack/react-router";
import { useCallback, useMemo } from "react";
import { useRefetchInterval } from "../../api/live";
import { oneUser, sessionList, type User, type UserCourse } from "../../api/people";
import { Cost } from "../../components/Cost";
import { TimeChart } from "../../components/charts/TimeChart";
import { More } from "../../components/DataTable";
import { ErrorNotice, Notice } from "../../components/Notice";
import { PageHeader } from "../../components/PageHeader";
import { RangePicker } from "../../components/RangePicker";
import { SessionTable } from "../../components/SessionTable";
import { formatCount, formatShortCount } from "../../lib/format";
import { describeInterval } from "../../lib/interval";
import { keepRange, quoteValue, type RangeSearch, rangeParameters } from "../../lib/search";
import { formatAgo } from "../../lib/time";
import { Facts } from "../people/Facts";
import styles from "../people/People.module.css";
import { useRowKeys } from "../people/useRowKeys";
import { useKeys } from "../shell/keys";
import { useNow } from "../useNow";

const route = getRouteApi("/users/$userId");

export function UserPage() {
  const { userId } = route.useParams();
  const search = route.useSearch();
  const navigate = useNavigate();
  const now_ms = useNow();
  useDocumentTitle("User · Watchglass");
  useRowKeys();
  const leave = () => void navigate({ to: "/users", search: keepRange(search) });
  useKeys({ Escape: leave });

  const { project, start, end } = search;
  const parameters = useMemo(() => rangeParameters({ project, start, end }), [project, start, end]);
  const filter = `user_id:${quoteValue(userId)}`;
  const interval = useRefetchInterval(search);
  const course = useQuery(oneUser(userId, parameters, interval));
  const sessions = useInfiniteQuery(sessionList({ ...parameters, filter }, "last_time", interval));
  const { fetchNextPage } = sessions;
  const onNeed = useCallback(() => void fetchNextPage(), [fetchNextPage]);
  const rows = sessions.data?.pages.flatMap((page) => page.sessions) ?? [];
  const change = (part: Partial<RangeSearch>) =>
    void navigate({ to: ".", search: (old: object) => ({ ...old, ...part }), replace: true });

  return (
    <>
      <PageHeader
        title={
          <>
            <Link to="/users" search={keepRange(search)} className={styles.crumb}>
              Users
            </Link>
            {" / "}
            <span title={userId}>{userId}</span>
          </>
        }
        actions={<RangePicker search={search} onChange={change} />}
      />
      <UserFacts user={course.data?.user ?? null} now_ms={now_ms} search={search} filter={filter} />
      <div className={styles.scroll}>
        {course.error ? (
          <ErrorNotice error={course.error} />
        ) : (
          <Charts course={course.data} onZoom={(from, to) => change({ start: from, end: to })} />
        )}
        <h2 className={styles.sectionTitle}>Sessions</h2>
        {sessions.error && rows.length === 0 ? (
          <ErrorNotice error={sessions.error} />
        ) : rows.length > 0 || sessions.isPending ? (
          <>
            <SessionTable rows={rows} search={search} now_ms={now_ms} hasUser={false} isLoading={sessions.isPending} />
            {rows.length > 0 && (
              <More
                noun="sessions"
                hasMore={sessions.hasNextPage}
                isLoading={sessions.isFetchingNextPage}
                hasFailed={sessions.isFetchNextPageError}
                onNeed={onNeed}
              />
            )}
          </>
        ) : (
          <Notice title="No sessions of this user in this range">
            Try a longer time range, or look at{" "}
            <Link to="/traces" search={{ ...keepRange(search), filter }}>
              the user's traces
            </Link>
            .
          </Notice>
        )}
      </div>
    </>
  );
}

interface UserFactsProps {
  user: User | null;
  now_ms: number;
  search: RangeSearch;
  filter: string;
}

function UserFacts({ user, now_ms, search, filter }: UserFactsProps) {
  const traces = (
    <Link to="/traces" search={{ ...keepRange(search), filter }}>
      {formatCount(user?.trace_count)}
    </Link>
  );
  return (
    <Facts
      facts={[
        [
          "Cost",
          user ? (
            <Cost
              key="cost"
              cost_usd={user.cost_usd}
              unpriced_count={user.unpriced_count}
              call_count={user.model_call_count}
              isLinked
            />
          ) : (
            "–"
          ),
        ],
        ["Tokens", `${formatShortCount(user?.input_tokens)} in, ${formatShortCount(user?.output_tokens)} out`],
        ["Sessions", formatCount(user?.session_count)],
        ["Traces", traces],
        ["Model calls", formatCount(user?.model_call_count)],
        ["Errors", formatCount(user?.error_count)],
        ["Last active", user ? formatAgo(user.last_time, now_ms) : "–"],
      ]}
    />
  );
}

interface ChartsProps {
  course: UserCourse | undefined;
  onZoom: (start: string, end: string) => void;
}

function Charts({ course, onZoom }: ChartsProps) {
  const each = course ? describeInterval(course.interval_s) : "";
  const shared = {
    times: course?.times ?? [],
    isLoading: course === undefined,
    onZoom,
    height: 120,
    cursorGroup: "user",
  };
  return (
    <div className={styles.charts}>
      <TimeChart
        {...shared}
        title="Cost"
        aggregates={`sum, ${each}`}
        unit="usd"
        series={[{ name: "Cost", values: course?.cost_usd ?? [], kind: "bar" }]}
      />
      <TimeChart
        {...shared}
        title="Tokens"
        aggregates={`sum, ${each}`}
        unit="tokens"
        series={[
          { name: "Input", values: course?.input_tokens ?? [], kind: "bar", stack: "tokens" },
          { name: "Output", values: course?.output_tokens ?? [], kind: "bar", stack: "tokens" },
        ]}
      />
      <TimeChart
        {...shared}
        title="Calls and errors"
        aggregates={`count, ${each}`}
        unit=""
        series={[
          { name: "Model calls", values: course?.model_call_count ?? [], kind: "bar" },
          { name: "Errors", values: course?.error_count ?? [], kind: "bar", color: "var(--wg-error)" },
        ]}
      />
    </div>
  );
}
