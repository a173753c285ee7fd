/** Users: who asks, and what that costs; the latest active or the dearest first. */

import { useInfiniteQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { useMemo } from "react";
import { useRefetchInterval } from "../../api/live";
import { userList } from "../../api/people";
import { UserTable } from "../../components/UserTable";
import type { GroupSearch } from "../../lib/people";
import { listParameters } from "../../lib/search";
import { GroupList } from "../people/GroupList";

const route = getRouteApi("/users");

export function UsersPage() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const parameters = useMemo(() => listParameters(search), [search]);
  const question = useInfiniteQuery(userList(parameters, search.by ?? "last_time", useRefetchInterval(search)));
  const change = (part: Partial<GroupSearch>) =>
    void navigate({ search: (old) => ({ ...old, ...part }), replace: true });
  return (
    <GroupList
      title="Users"
      noun="user"
      search={search}
      onChange={change}
      question={question}
      rows={question.data?.pages.flatMap((page) => page.users) ?? []}
      Table={UserTable}
    >
      <p>
        Set <code>user.id</code> (or <code>enduser.id</code>) on the spans that a person caused; the root of each trace
        is enough. A number or a hash does as well as a name.
      </p>
      <p>With data sent already, try a longer time range.</p>
    </GroupList>
  );
}
