/** Sessions: conversations, found by what was said in them, the latest active or the dearest first. */

import { useInfiniteQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { useMemo } from "react";
import { useRefetchInterval } from "../../api/live";
import { sessionList } from "../../api/people";
import { SessionTable } from "../../components/SessionTable";
import type { GroupSearch } from "../../lib/people";
import { listParameters } from "../../lib/search";
import { GroupList } from "../people/GroupList";

const route = getRouteApi("/sessions");

export function SessionsPage() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const parameters = useMemo(() => listParameters(search), [search]);
  const question = useInfiniteQuery(sessionList(parameters, search.by ?? "last_time", useRefetchInterval(search)));
  const change = (part: Partial<GroupSearch>) =>
    void navigate({ search: (old) => ({ ...old, ...part }), replace: true });
  return (
    <GroupList
      title="Sessions"
      noun="session"
      search={search}
      onChange={change}
      question={question}
      rows={question.data?.pages.flatMap((page) => page.sessions) ?? []}
      Table={SessionTable}
    >
      <p>
        A session is all that is said under one id. Set <code>session.id</code> (or <code>gen_ai.conversation.id</code>)
        on the spans of a conversation; the root of each trace is enough. What other instrumentations call it is read as
        well.
      </p>
      <p>With data sent already, try a longer time range.</p>
    </GroupList>
  );
}
