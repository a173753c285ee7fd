/** What the pages of sessions and users ask the API. */

import { infiniteQueryOptions, keepPreviousData, queryOptions } from "@tanstack/react-query";
import type { GroupOrder } from "../lib/people";
import { getJson, type Parameters } from "./client";
import type { components } from "./types.generated";

type Schemas = components["schemas"];

export type Session = Schemas["SessionEntry"];
export type User = Schemas["UserEntry"];
export type Turn = Schemas["TurnEntry"];
export type UserCourse = Schemas["UserCourse"];

const PAGE_ROWS = 20;
const PAGE_TURNS = 8;

/** Sessions that were scrolled to; asked for again as a whole, as their totals grow. */
export function sessionList(parameters: Parameters, order: GroupOrder, refetchInterval: number | false) {
  return groupList<Schemas["SessionList"]>("sessions", parameters, order, refetchInterval);
}

/** Users, likewise. */
export function userList(parameters: Parameters, order: GroupOrder, refetchInterval: number | false) {
  return groupList<Schemas["UserList"]>("users", parameters, order, refetchInterval);
}

function groupList<Page extends { next_cursor: string | null }>(
  name: string,
  parameters: Parameters,
  order: GroupOrder,
  refetchInterval: number | false,
) {
  return infiniteQueryOptions({
    queryKey: [name, parameters, order],
    queryFn: ({ pageParam, signal }) =>
      getJson<Page>(`/${name}`, { ...parameters, order_by: order, cursor: pageParam, limit: PAGE_ROWS }, signal),
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.next_cursor,
    placeholderData: keepPreviousData,
    refetchInterval: onFirstPage(refetchInterval),
  });
}

/** One user's totals and course over the range. */
export function oneUser(user_id: string, parameters: Parameters, refetchInterval: number | false) {
  return queryOptions({
    queryKey: ["user", user_id, parameters],
    queryFn: ({ signal }) => getJson<UserCourse>(`/users/${encodeURIComponent(user_id)}`, parameters, signal),
    placeholderData: keepPreviousData,
    refetchInterval,
  });
}

/** A session's turns in order, page by page. */
export function sessionTurns(session: string, project: string | undefined) {
  return infiniteQueryOptions({
    queryKey: ["turns", session, project],
    queryFn: ({ pageParam, signal }) =>
      getJson<Schemas["TurnList"]>("/turns", { session, project, cursor: pageParam, limit: PAGE_TURNS }, signal),
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.next_cursor,
  });
}

/** Who reads further down must not pay for all pages again and again: a list follows what is stored on its first page. */
function onFirstPage(refetchInterval: number | false) {
  return ({ state: { data } }: { state: { data?: { pages: readonly unknown[] } | undefined } }) =>
    data && data.pages.length > 1 ? false : refetchInterval && Math.max(refetchInterval, 5000);
}
