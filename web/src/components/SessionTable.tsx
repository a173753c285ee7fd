/** Sessions: what was asked first, by whom, and what the conversation came to. */

import { Link } from "@tanstack/react-router";
import { createColumnHelper } from "@tanstack/react-table";
import { useMemo } from "react";
import type { Session } from "../api/people";
import { formatCount, formatDuration, formatPlural } from "../lib/format";
import { between_ns } from "../lib/people";
import { keepRange, type RangeSearch } from "../lib/search";
import { formatUtc, splitInstant } from "../lib/time";
import type { TimeZone } from "../lib/timeZone";
import { Cost } from "./Cost";
import { type Columns, DataTable } from "./DataTable";
import styles from "./People.module.css";
import { ErrorCount, Tokens } from "./PeopleCells";
import { useTimeZone } from "./timeZone";

const column = createColumnHelper<Session>();

interface SessionTableProps {
  rows: readonly Session[];
  search: RangeSearch;
  now_ms: number;
  /** Whether a column says whose they are. */
  hasUser?: boolean;
  sort?: { by: string; isRising: boolean };
  onSort?: (by: string) => void;
  isLoading?: boolean;
}

export function SessionTable({ rows, search, now_ms, hasUser = true, ...rest }: SessionTableProps) {
  const zone = useTimeZone();
  const columns = useMemo(() => sessionColumns(search, zone, now_ms, hasUser), [search, zone, now_ms, hasUser]);
  return (
    <DataTable
      label="Sessions"
      columns={columns}
      rows={rows}
      rowKey={(row) => row.session_id}
      sortable={rest.onSort ? ["last_time", "cost_usd", "tokens", "error_count"] : []}
      {...rest}
    />
  );
}

function sessionColumns(search: RangeSearch, zone: TimeZone, now_ms: number, hasUser: boolean): Columns<Session> {
  const columns: Columns<Session> = [
    column.display({
      id: "last_time",
      header: "Last active",
      cell: ({ row: { original } }) => {
        const { day, time } = splitInstant(original.last_time, zone, now_ms);
        return (
          <span title={formatUtc(original.last_time)}>
            <span className={styles.first}>{time}</span>
            {day && <span className={styles.second}>{day}</span>}
          </span>
        );
      },
    }),
    column.display({
      id: "session",
      header: "Session",
      meta: { isMain: true },
      cell: ({ row: { original } }) => (
        <>
          <Link
            to="/sessions/$sessionId"
            params={{ sessionId: original.session_id }}
            search={keepRange(search)}
            className={styles.link}
            data-row
          >
            {original.input_preview || "(nothing was asked of a model)"}
          </Link>
          <span className={styles.id} title={original.session_id}>
            {original.session_id}
          </span>
        </>
      ),
    }),
    column.display({
      id: "user",
      header: "User",
      cell: ({ row: { original } }) => {
        const [user] = original.user_ids;
        if (user === undefined) return <span className={styles.dim}>–</span>;
        const more = original.user_ids.length - 1;
        return (
          <Link to="/users/$userId" params={{ userId: user }} search={keepRange(search)} className={styles.quietLink}>
            {user}
            {more > 0 && ` + ${more}`}
          </Link>
        );
      },
    }),
    column.display({
      id: "traces",
      header: "Turns",
      meta: { isNumber: true },
      cell: ({ row: { original } }) => (
        <>
          <span className={styles.first}>{formatCount(original.trace_count)}</span>
          <span className={styles.second}>{formatPlural(original.model_call_count, "call")}</span>
        </>
      ),
    }),
    column.display({
      id: "span",
      header: "Lasted",
      meta: { isNumber: true, isWideOnly: true },
      cell: ({ row: { original } }) => formatDuration(between_ns(original.first_time, original.last_time)),
    }),
    column.display({
      id: "tokens",
      header: "Tokens",
      meta: { isNumber: true },
      cell: ({ row: { original } }) => <Tokens of={original} />,
    }),
    column.display({
      id: "cost_usd",
      header: "Cost",
      meta: { isNumber: true },
      cell: ({ row: { original } }) => (
        <Cost
          cost_usd={original.cost_usd}
          unpriced_count={original.unpriced_count}
          call_count={original.model_call_count}
          isShort
        />
      ),
    }),
    column.display({
      id: "error_count",
      header: "Errors",
      meta: { isNumber: true },
      cell: ({ row: { original } }) => <ErrorCount count={original.error_count} />,
    }),
  ];
  return hasUser ? columns : columns.filter(({ id }) => id !== "user");
}
