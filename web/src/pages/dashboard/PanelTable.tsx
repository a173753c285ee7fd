/** Rows of a panel: sorted by a click on a column, scrolled within the panel. */

import { type ColumnDef, flexRender, getCoreRowModel, getSortedRowModel, useReactTable } from "@tanstack/react-table";
import { useMemo } from "react";
import type { Panel, PanelData } from "../../api/dashboardTypes";
import { colourOf, wordOf } from "../../lib/dashboard/drawing";
import { formatCount, formatTick } from "../../lib/format";
import styles from "./Panel.module.css";

type Row = PanelData["rows"][number];

interface PanelTableProps {
  title: string;
  data: PanelData;
  panel: Panel;
  height: number;
}

export function PanelTable({ title, data, panel, height }: PanelTableProps) {
  const { unit, thresholds } = panel;
  const columns = useMemo<ColumnDef<Row>[]>(
    () =>
      data.columns.map((column, index) => ({
        id: `${index}`,
        header: column.name.replaceAll("_", " "),
        accessorFn: (row) => row[index],
        sortUndefined: "last",
        sortDescFirst: column.is_number,
        meta: { isNumber: column.is_number },
        cell: ({ getValue }) => <Cell value={getValue()} unit={column.unit || (unit ?? "")} thresholds={thresholds} />,
      })),
    [data.columns, unit, thresholds],
  );
  const table = useReactTable({
    data: data.rows,
    columns,
    getCoreRowModel: getCoreRowModel(),
    getSortedRowModel: getSortedRowModel(),
  });
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reached by keyboard
    <section className={styles.scroll} style={{ height }} aria-label={`Rows of ${title}`} tabIndex={0}>
      <table className={styles.table}>
        <thead>
          {table.getHeaderGroups().map((group) => (
            <tr key={group.id}>
              {group.headers.map(({ id, column, getContext }) => {
                const sorted = column.getIsSorted();
                return (
                  <th
                    key={id}
                    data-number={isNumber(column.columnDef) || undefined}
                    aria-sort={sorted === "asc" ? "ascending" : sorted === "desc" ? "descending" : "none"}
                  >
                    <button type="button" onClick={column.getToggleSortingHandler()}>
                      {flexRender(column.columnDef.header, getContext())}
                      <span aria-hidden>{sorted === "asc" ? " ↑" : sorted === "desc" ? " ↓" : ""}</span>
                    </button>
                  </th>
                );
              })}
            </tr>
          ))}
        </thead>
        <tbody>
          {table.getRowModel().rows.map((row) => (
            <tr key={row.id}>
              {row.getVisibleCells().map((cell) => (
                <td key={cell.id} data-number={isNumber(cell.column.columnDef) || undefined}>
                  {flexRender(cell.column.columnDef.cell, cell.getContext())}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function isNumber(definition: ColumnDef<Row>): boolean {
  return (definition.meta as { isNumber: boolean }).isNumber;
}

function Cell({ value, unit, thresholds }: { value: unknown; unit: string; thresholds: Panel["thresholds"] }) {
  if (typeof value !== "number") {
    const text = wordOf(value);
    return <span title={text}>{text}</span>;
  }
  return <span style={{ color: colourOf(thresholds, value) }}>{written(value, unit)}</span>;
}

/** Counts whole, so that rows can be held against one another; the word of a unit stands in the head of the column. */
function written(value: number, unit: string): string {
  return Number.isInteger(value) && (unit === "" || unit === "tokens") ? formatCount(value) : formatTick(value, unit);
}
