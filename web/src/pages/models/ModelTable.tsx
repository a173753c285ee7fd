/** Models: what each costs, how fast it is, how often it fails; any column sorts. */

import { Link } from "@tanstack/react-router";
import { createColumnHelper } from "@tanstack/react-table";
import { useMemo } from "react";
import type { Model } from "../../api/models";
import { Cost } from "../../components/Cost";
import { type Columns, DataTable } from "../../components/DataTable";
import people from "../../components/People.module.css";
import {
  formatCost,
  formatCount,
  formatDuration,
  formatNumber,
  formatShare,
  formatShortCount,
  UNKNOWN,
} from "../../lib/format";
import { share, sortedBy } from "../../lib/models";
import { keepRange, quoteValue, type RangeSearch } from "../../lib/search";

const column = createColumnHelper<Model>();

/** Numbers that the table sorts by: where they come from and how they are written. */
const NUMBERS: Record<
  string,
  readonly [header: string, numberOf: (row: Model) => number | null, format: (value: number | null) => string]
> = {
  calls: ["Calls", (row) => row.model_call_count, formatCount],
  errors: ["Errors", (row) => share(row.error_count, row.span_count), formatShare],
  cost_per_call: ["Cost a call", costOfCall, formatCost],
  input: ["In a call", (row) => share(row.input_tokens, row.model_call_count), formatTokens],
  output: ["Out a call", (row) => share(row.output_tokens, row.model_call_count), formatTokens],
  p50: ["p50", (row) => row.duration_p50_ns, formatDuration],
  p95: ["p95", (row) => row.duration_p95_ns, formatDuration],
  first_token: ["First token", (row) => row.time_to_first_token_p50_ns, formatDuration],
  speed: ["Tokens/s", (row) => row.output_tokens_per_s, formatSpeed],
};
const SORTABLE = ["cost", ...Object.keys(NUMBERS)];

interface ModelTableProps {
  rows: readonly Model[];
  search: RangeSearch;
  sort: { by: string; isRising: boolean };
  onSort: (by: string) => void;
  isLoading: boolean;
}

export function ModelTable({ rows, search, sort, onSort, isLoading }: ModelTableProps) {
  const columns = useMemo(() => modelColumns(search), [search]);
  const sorted = useMemo(() => {
    const numberOf = sort.by === "cost" ? (row: Model) => row.cost_usd : NUMBERS[sort.by]?.[1];
    return numberOf ? sortedBy(rows, numberOf, sort.isRising) : rows;
  }, [rows, sort.by, sort.isRising]);
  return (
    <DataTable
      label="Models"
      columns={columns}
      rows={sorted}
      rowKey={(row) => JSON.stringify([row.provider_name, row.model])}
      sort={sort}
      sortable={SORTABLE}
      onSort={onSort}
      isLoading={isLoading}
    />
  );
}

function modelColumns(search: RangeSearch): Columns<Model> {
  const number = (id: string) => {
    const [header, numberOf, format] = NUMBERS[id] ?? [id, () => null, () => UNKNOWN];
    return column.display({
      id,
      header,
      meta: { isNumber: true },
      cell: ({ row: { original } }) =>
        id === "errors" && original.error_count > 0 ? (
          <span className={people.failed} title={formatCount(original.error_count)}>
            {format(numberOf(original))}
          </span>
        ) : (
          format(numberOf(original))
        ),
    });
  };
  return [
    column.display({
      id: "model",
      header: "Model",
      meta: { isMain: true },
      cell: ({ row: { original } }) => (
        <>
          <Link
            to="/traces"
            search={{ ...keepRange(search), filter: filterOf(original) }}
            className={people.link}
            data-row
          >
            {original.model || "(no model)"}
          </Link>
          <span className={people.second}>{original.provider_name || "unknown provider"}</span>
        </>
      ),
    }),
    number("calls"),
    number("errors"),
    column.display({
      id: "cost",
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
    ...["cost_per_call", "input", "output", "p50", "p95", "first_token", "speed"].map(number),
    column.display({
      id: "compare",
      header: "",
      cell: ({ row: { original } }) => (
        <Link
          to="/compare"
          search={{ ...keepRange(search), dimension: "model", left: original.model }}
          className={people.quietLink}
          aria-label={`Compare ${original.model} with another model`}
        >
          Compare
        </Link>
      ),
    }),
  ];
}

/** Of the priced calls alone: a mean over all would make a model with few prices look cheap. */
function costOfCall(row: Model): number | null {
  return share(row.cost_usd, row.model_call_count - row.unpriced_count);
}

function filterOf({ provider_name, model }: Model): string {
  const parts = [model && `model:${quoteValue(model)}`, provider_name && `provider:${quoteValue(provider_name)}`];
  return ["is_model_call:true", ...parts.filter(Boolean)].join(" ");
}

function formatTokens(value: number | null): string {
  return formatShortCount(value === null ? null : Math.round(value));
}

function formatSpeed(value: number | null): string {
  return value === null ? UNKNOWN : formatNumber(value);
}
