/** Users: what each did and what it came to. */

import { Link } from "@tanstack/react-router";
import { createColumnHelper } from "@tanstack/react-table";
import { useMemo } from "react";
import type { User } from "../api/people";
import { formatCount } from "../lib/format";
import { keepRange, type RangeSearch } from "../lib/search";
import { formatAgo, formatUtc } from "../lib/time";
import { Cost } from "./Cost";
import { type Columns, DataTable } from "./DataTable";
import styles from "./People.module.css";
import { ErrorCount, Tokens } from "./PeopleCells";

const column = createColumnHelper<User>();

interface UserTableProps {
  rows: readonly User[];
  search: RangeSearch;
  now_ms: number;
  sort: { by: string; isRising: boolean };
  onSort: (by: string) => void;
  isLoading: boolean;
}

export function UserTable({ rows, search, now_ms, ...rest }: UserTableProps) {
  const columns = useMemo(() => userColumns(search, now_ms), [search, now_ms]);
  return (
    <DataTable
      label="Users"
      columns={columns}
      rows={rows}
      rowKey={(row) => row.user_id}
      sortable={["last_time", "cost_usd", "tokens", "error_count"]}
      {...rest}
    />
  );
}

function userColumns(search: RangeSearch, now_ms: number): Columns<User> {
  const count = (id: keyof User & string, header: string) =>
    column.display({
      id,
      header,
      meta: { isNumber: true },
      cell: ({ row: { original } }) => formatCount(original[id] as number),
    });
  return [
    column.display({
      id: "user",
      header: "User",
      meta: { isMain: true },
      cell: ({ row: { original } }) => (
        <Link
          to="/users/$userId"
          params={{ userId: original.user_id }}
          search={keepRange(search)}
          className={styles.link}
          data-row
        >
          {original.user_id}
        </Link>
      ),
    }),
    column.display({
      id: "last_time",
      header: "Last active",
      meta: { isNumber: true },
      cell: ({ row: { original } }) => (
        <span title={formatUtc(original.last_time)}>{formatAgo(original.last_time, now_ms)}</span>
      ),
    }),
    count("session_count", "Sessions"),
    count("trace_count", "Traces"),
    count("model_call_count", "Calls"),
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
}
