/** Sessions: conversations, found by what was said in them, the latest active or the dearest first. */

import { useDocumentTitle } from "@mantine/hooks";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { useCallback, useMemo, useRef } from "react";
import { useRefetchInterval } from "../../api/live";
import { sessionList } from "../../api/people";
import { spanFields } from "../../api/queries";
import { More } from "../../components/DataTable";
import { FilterInput } from "../../components/FilterInput";
import { ErrorNotice, Notice } from "../../components/Notice";
import { PageHeader } from "../../components/PageHeader";
import { RangePicker } from "../../components/RangePicker";
import { SessionTable } from "../../components/SessionTable";
import type { GroupOrder, GroupSearch } from "../../lib/people";
import { filterProblem } from "../../lib/problem";
import { listParameters } from "../../lib/search";
import styles from "../people/People.module.css";
import { useRowKeys } from "../people/useRowKeys";
import { useKeys } from "../shell/keys";
import { useNow } from "../useNow";

const route = getRouteApi("/sessions");

export function SessionsPage() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const filterRef = useRef<HTMLInputElement>(null);
  const now_ms = useNow();
  useDocumentTitle("Sessions · Watchglass");
  useKeys({ "/": () => filterRef.current?.focus() });
  useRowKeys();

  const parameters = useMemo(() => listParameters(search), [search]);
  const order = search.by ?? "last_time";
  const sessions = useInfiniteQuery(sessionList(parameters, order, useRefetchInterval(search)));
  const fields = useQuery(spanFields());
  const { fetchNextPage } = sessions;
  const onNeed = useCallback(() => void fetchNextPage(), [fetchNextPage]);
  const change = (part: Partial<GroupSearch>) => navigate({ search: (old) => ({ ...old, ...part }), replace: true });
  const rows = sessions.data?.pages.flatMap((page) => page.sessions) ?? [];

  return (
    <>
      <PageHeader title="Sessions" actions={<RangePicker search={search} onChange={change} />} />
      <div className={styles.bar}>
        <FilterInput
          value={search.filter ?? ""}
          problem={filterProblem(sessions.error)}
          fields={fields.data ?? []}
          inputRef={filterRef}
          onChange={(filter) => change({ filter: filter || undefined })}
        />
      </div>
      <div className={styles.scroll} aria-busy={sessions.isFetching}>
        {rows.length > 0 || sessions.isPending ? (
          <>
            <SessionTable
              rows={rows}
              search={search}
              now_ms={now_ms}
              isLoading={sessions.isPending}
              sort={{ by: order, isRising: false }}
              onSort={(by) => change({ by: by === "last_time" ? undefined : (by as GroupOrder) })}
            />
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
          <Nothing error={sessions.error} search={search} />
        )}
      </div>
    </>
  );
}

/** What stands where no session does. */
function Nothing({ error, search }: { error: Error | null; search: GroupSearch }) {
  if (filterProblem(error))
    return <Notice title="The filter cannot be read">It is marked above where it goes wrong.</Notice>;
  if (error) return <ErrorNotice error={error} />;
  if (search.filter !== undefined)
    return <Notice title="No session fits">Try other words, a longer time range, or fewer conditions.</Notice>;
  if (search.by !== undefined)
    return (
      <Notice title="Nothing to order by">No session of this range has any. Order by last activity instead.</Notice>
    );
  return (
    <Notice title="No sessions in this range">
      <p>
        A session is all that is said under one id. Set <code>session.id</code> (or <code>gen_ai.conversation.id</code>)
        on the spans of a conversation; the root of each trace is enough. What other instrumentations call it is read as
        well.
      </p>
      <p>With data sent already, try a longer time range.</p>
    </Notice>
  );
}
