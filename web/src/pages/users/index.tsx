/** Users: who asks, and what that costs; the latest active or the dearest first. */

import { useDocumentTitle } from "@mantine/hooks";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { useCallback, useMemo, useRef } from "react";
import { useRefetchInterval } from "../../api/live";
import { userList } from "../../api/people";
import { spanFields } from "../../api/queries";
import { More } from "../../components/DataTable";
import { FilterInput } from "../../components/FilterInput";
import { ErrorNotice, Notice } from "../../components/Notice";
import { PageHeader } from "../../components/PageHeader";
import { RangePicker } from "../../components/RangePicker";
import { UserTable } from "../../components/UserTable";
import type { GroupOrder, GroupSearch } from "../../lib/people";
import { filterProblem } from "../../lib/problem";
import { listParameters } from "../../lib/search";
import styles from "../people/People.module.css";
import { useRowKeys } from "../people/useRowKeys";
import { useKeys } from "../shell/keys";
import { useNow } from "../useNow";

const route = getRouteApi("/users");

export function UsersPage() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const filterRef = useRef<HTMLInputElement>(null);
  const now_ms = useNow();
  useDocumentTitle("Users · Watchglass");
  useKeys({ "/": () => filterRef.current?.focus() });
  useRowKeys();

  const parameters = useMemo(() => listParameters(search), [search]);
  const order = search.by ?? "last_time";
  const users = useInfiniteQuery(userList(parameters, order, useRefetchInterval(search)));
  const fields = useQuery(spanFields());
  const { fetchNextPage } = users;
  const onNeed = useCallback(() => void fetchNextPage(), [fetchNextPage]);
  const change = (part: Partial<GroupSearch>) => navigate({ search: (old) => ({ ...old, ...part }), replace: true });
  const rows = users.data?.pages.flatMap((page) => page.users) ?? [];

  return (
    <>
      <PageHeader title="Users" actions={<RangePicker search={search} onChange={change} />} />
      <div className={styles.bar}>
        <FilterInput
          value={search.filter ?? ""}
          problem={filterProblem(users.error)}
          fields={fields.data ?? []}
          inputRef={filterRef}
          onChange={(filter) => change({ filter: filter || undefined })}
        />
      </div>
      <div className={styles.scroll} aria-busy={users.isFetching}>
        {rows.length > 0 || users.isPending ? (
          <>
            <UserTable
              rows={rows}
              search={search}
              now_ms={now_ms}
              isLoading={users.isPending}
              sort={{ by: order, isRising: false }}
              onSort={(by) => change({ by: by === "last_time" ? undefined : (by as GroupOrder) })}
            />
            {rows.length > 0 && (
              <More
                noun="users"
                hasMore={users.hasNextPage}
                isLoading={users.isFetchingNextPage}
                hasFailed={users.isFetchNextPageError}
                onNeed={onNeed}
              />
            )}
          </>
        ) : (
          <Nothing error={users.error} search={search} />
        )}
      </div>
    </>
  );
}

/** What stands where no user does. */
function Nothing({ error, search }: { error: Error | null; search: GroupSearch }) {
  if (filterProblem(error))
    return <Notice title="The filter cannot be read">It is marked above where it goes wrong.</Notice>;
  if (error) return <ErrorNotice error={error} />;
  if (search.filter !== undefined)
    return <Notice title="No user fits">Try other words, a longer time range, or fewer conditions.</Notice>;
  if (search.by !== undefined)
    return <Notice title="Nothing to order by">No user of this range has any. Order by last activity instead.</Notice>;
  return (
    <Notice title="No users in this range">
      <p>
        Set <code>user.id</code> (or <code>enduser.id</code>) on the spans that a person caused; the root of each trace
        is enough. A number or a hash does as well as a name.
      </p>
      <p>With data sent already, try a longer time range.</p>
    </Notice>
  );
}
