/** The list of sessions and that of users: a filter, rows that are loaded as they are scrolled to, and words where there are none. */

import { useDocumentTitle } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { type ReactNode, useCallback, useMemo, useRef } from "react";
import { tableFields } from "../../api/fields";
import { More } from "../../components/DataTable";
import { FilterInput } from "../../components/FilterInput";
import { ErrorNotice, Notice } from "../../components/Notice";
import { PageHeader } from "../../components/PageHeader";
import { RangePicker } from "../../components/RangePicker";
import type { GroupOrder, GroupSearch } from "../../lib/people";
import { filterProblem } from "../../lib/problem";
import { rangeParameters } from "../../lib/search";
import { useKeys } from "../shell/keys";
import { useCompletion } from "../useCompletion";
import { useNow } from "../useNow";
import styles from "./People.module.css";
import { useRowKeys } from "./useRowKeys";

/** What a list knows of its question; a part of what TanStack's useInfiniteQuery gives. */
interface Question {
  error: Error | null;
  isPending: boolean;
  isFetching: boolean;
  isFetchingNextPage: boolean;
  isFetchNextPageError: boolean;
  hasNextPage: boolean;
  fetchNextPage: () => unknown;
}

/** What both tables are given. */
export interface TableProps<Row> {
  rows: readonly Row[];
  search: GroupSearch;
  now_ms: number;
  isLoading: boolean;
  sort: { by: string; isRising: boolean };
  onSort: (by: string) => void;
}

interface GroupListProps<Row> {
  title: string;
  /** One of them, in small letters: session. */
  noun: string;
  search: GroupSearch;
  onChange: (part: Partial<GroupSearch>) => void;
  question: Question;
  rows: readonly Row[];
  Table: (props: TableProps<Row>) => ReactNode;
  /** How there would be any. */
  children: ReactNode;
}

export function GroupList<Row>(props: GroupListProps<Row>) {
  const { title, noun, search, onChange, question, rows, Table, children } = props;
  const filterRef = useRef<HTMLInputElement>(null);
  const now_ms = useNow();
  useDocumentTitle(`${title} · Watchglass`);
  useKeys({ "/": () => filterRef.current?.focus() });
  useRowKeys();

  const fields = useQuery(tableFields("spans"));
  const { project, start, end } = search;
  const range = useMemo(() => rangeParameters({ project, start, end }), [project, start, end]);
  const completion = useCompletion(range, fields.data ?? []);
  const { fetchNextPage } = question;
  const onNeed = useCallback(() => void fetchNextPage(), [fetchNextPage]);

  return (
    <>
      <PageHeader title={title} actions={<RangePicker search={search} onChange={onChange} />} />
      <div className={styles.bar}>
        <FilterInput
          value={search.filter ?? ""}
          problem={filterProblem(question.error)}
          fields={fields.data ?? []}
          completion={completion}
          inputRef={filterRef}
          onChange={(filter) => onChange({ filter: filter || undefined })}
        />
      </div>
      <div className={styles.scroll} aria-busy={question.isFetching}>
        {rows.length > 0 || question.isPending ? (
          <>
            <Table
              rows={rows}
              search={search}
              now_ms={now_ms}
              isLoading={question.isPending}
              sort={{ by: search.by ?? "last_time", isRising: false }}
              onSort={(by) => onChange({ by: by === "last_time" ? undefined : (by as GroupOrder) })}
            />
            {rows.length > 0 && (
              <More
                noun={`${noun}s`}
                hasMore={question.hasNextPage}
                isLoading={question.isFetchingNextPage}
                hasFailed={question.isFetchNextPageError}
                onNeed={onNeed}
              />
            )}
          </>
        ) : (
          <Nothing noun={noun} error={question.error} search={search}>
            {children}
          </Nothing>
        )}
      </div>
    </>
  );
}

interface NothingProps {
  noun: string;
  error: Error | null;
  search: GroupSearch;
  children: ReactNode;
}

/** What stands where there are none. */
function Nothing({ noun, error, search, children }: NothingProps) {
  if (filterProblem(error))
    return <Notice title="The filter cannot be read">It is marked above where it goes wrong.</Notice>;
  if (error) return <ErrorNotice error={error} />;
  if (search.filter !== undefined)
    return <Notice title={`No ${noun} fits`}>Try other words, a longer time range, or fewer conditions.</Notice>;
  if (search.by !== undefined)
    return (
      <Notice title="Nothing to order by">No {noun} of this range has any. Order by last activity instead.</Notice>
    );
  return <Notice title={`No ${noun}s in this range`}>{children}</Notice>;
}
