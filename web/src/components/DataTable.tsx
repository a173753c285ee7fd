/** A table of rows that lead somewhere: sortable heads, a link a row, cards on a narrow screen. */

import { Skeleton } from "@mantine/core";
import { type ColumnDef, flexRender, getCoreRowModel, useReactTable } from "@tanstack/react-table";
import { type MouseEvent, useEffect, useRef } from "react";
import styles from "./DataTable.module.css";

declare module "@tanstack/react-table" {
  interface ColumnMeta<TData, TValue> {
    /** Numbers stand at the end of their column. */
    isNumber?: boolean;
    /** Takes what the others leave, and the whole first line of a card. */
    isMain?: boolean;
    /** Left out of cards. */
    isWideOnly?: boolean;
  }
}

/** Columns of any values: each knows how to draw its cell. */
// biome-ignore lint/suspicious/noExplicitAny: columns of one table have different values
export type Columns<Row> = ColumnDef<Row, any>[];

interface DataTableProps<Row> {
  /** What the table lists, for those who do not see it. */
  label: string;
  columns: Columns<Row>;
  rows: readonly Row[];
  rowKey: (row: Row) => string;
  /** Columns that can be sorted by have this; the id of the one that is, and whether it rises. */
  sort?: { by: string; isRising: boolean };
  /** Ids of the columns that can be sorted by. */
  sortable?: readonly string[];
  onSort?: (by: string) => void;
  isLoading?: boolean;
}

const SKELETON_ROWS = 8;

export function DataTable<Row>(props: DataTableProps<Row>) {
  const { label, columns, rows, rowKey, sort, sortable = [], onSort, isLoading = false } = props;
  const table = useReactTable({
    data: rows as Row[],
    columns,
    getCoreRowModel: getCoreRowModel(),
    getRowId: rowKey,
    manualSorting: true,
  });
  return (
    <div role="table" aria-label={label} aria-busy={isLoading} className={styles.table}>
      <div role="rowgroup" className={styles.head}>
        {table.getHeaderGroups().map((group) => (
          <div key={group.id} role="row" className={styles.row}>
            {group.headers.map(({ id, column, getContext }) => {
              const isSorted = sort?.by === id;
              const head = flexRender(column.columnDef.header, getContext());
              return (
                <div
                  key={id}
                  role="columnheader"
                  className={styles.cell}
                  {...marks(column.columnDef)}
                  aria-sort={isSorted ? (sort.isRising ? "ascending" : "descending") : undefined}
                >
                  {sortable.includes(id) ? (
                    <button type="button" className={styles.sort} onClick={() => onSort?.(id)}>
                      {head}
                      <span aria-hidden>{isSorted ? (sort.isRising ? " ↑" : " ↓") : ""}</span>
                    </button>
                  ) : (
                    head
                  )}
                </div>
              );
            })}
          </div>
        ))}
      </div>
      <div role="rowgroup" className={styles.body}>
        {isLoading
          ? Array.from({ length: SKELETON_ROWS }, (_, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: the rows are all alike and never move
              <div key={index} role="row" className={styles.waiting}>
                <div role="cell">
                  <Skeleton height={14} width={`${90 - ((index * 11) % 40)}%`} />
                </div>
              </div>
            ))
          : table.getRowModel().rows.map((row) => (
              // biome-ignore lint/a11y/useKeyWithClickEvents: the link in it has the keyboard
              <div key={row.id} role="row" className={styles.row} onClick={followLink}>
                {row.getVisibleCells().map(({ id, column, getContext }) => (
                  <div
                    key={id}
                    role="cell"
                    className={styles.cell}
                    {...marks(column.columnDef)}
                    data-label={typeof column.columnDef.header === "string" ? column.columnDef.header : undefined}
                  >
                    {flexRender(column.columnDef.cell, getContext())}
                  </div>
                ))}
              </div>
            ))}
      </div>
    </div>
  );
}

interface MoreProps {
  hasMore: boolean;
  isLoading: boolean;
  hasFailed: boolean;
  /** What there are more of: sessions. */
  noun: string;
  onNeed: () => void;
}

/** The end of a list, which asks for more when it comes into view. */
export function More({ hasMore, isLoading, hasFailed, noun, onNeed }: MoreProps) {
  const ref = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (!hasMore || isLoading || hasFailed || ref.current === null) return;
    const observer = new IntersectionObserver(([entry]) => entry?.isIntersecting && onNeed(), { rootMargin: "400px" });
    observer.observe(ref.current);
    return () => observer.disconnect();
  }, [hasMore, isLoading, hasFailed, onNeed]);
  return (
    <div ref={ref} className={styles.more} role="status">
      {hasFailed ? (
        <button type="button" onClick={onNeed}>
          More {noun} could not be loaded. Try again
        </button>
      ) : hasMore ? (
        `Loading more ${noun} …`
      ) : (
        `No more ${noun} in this range`
      )}
    </div>
  );
}

function marks({ meta }: { meta?: { isNumber?: boolean; isMain?: boolean; isWideOnly?: boolean } | undefined }) {
  return {
    "data-number": meta?.isNumber || undefined,
    "data-main": meta?.isMain || undefined,
    "data-wide": meta?.isWideOnly || undefined,
  };
}

/** A click anywhere on a row follows its first link, unless it was meant for something in the row or text is being chosen. */
function followLink(event: MouseEvent<HTMLElement>): void {
  const isMeantElsewhere = event.target instanceof Element && event.target.closest("a, button, input, label") !== null;
  if (isMeantElsewhere || window.getSelection()?.isCollapsed === false) return;
  const link = event.currentTarget.querySelector("a");
  const { ctrlKey, metaKey, shiftKey } = event;
  link?.dispatchEvent(new window.MouseEvent("click", { bubbles: true, cancelable: true, ctrlKey, metaKey, shiftKey }));
}
