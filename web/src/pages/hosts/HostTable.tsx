/** The machines as a table: state, CPU, memory, disk, network, GPUs. */

import { Link } from "@tanstack/react-router";
import { createColumnHelper } from "@tanstack/react-table";
import { useMemo } from "react";
import type { Host } from "../../api/types";
import { type Columns, DataTable } from "../../components/DataTable";
import { InstanceState, RatioBar } from "../../components/InstanceState";
import people from "../../components/People.module.css";
import { formatBytes, formatPlural, formatShare, formatValue, UNKNOWN } from "../../lib/format";
import type { HostsSearch } from "../../lib/serving";

const column = createColumnHelper<Host>();

const RATES: readonly [id: string, header: string, measure: string][] = [
  ["read", "Disk read", "disk_read"],
  ["written", "Written", "disk_write"],
  ["received", "Received", "network_receive"],
  ["sent", "Sent", "network_transmit"],
];

interface HostTableProps {
  hosts: readonly Host[];
  chosen: Host | undefined;
  search: HostsSearch;
  isLoading: boolean;
}

export function HostTable({ hosts, chosen, search, isLoading }: HostTableProps) {
  const columns = useMemo(() => hostColumns(search, chosen?.name), [search, chosen]);
  return <DataTable label="Machines" columns={columns} rows={hosts} rowKey={(row) => row.name} isLoading={isLoading} />;
}

/** What was last said of it; of a machine that is silent nothing, as nobody knows how it does now. */
function latest(host: Host, measure: string): number | null {
  return host.state === "up" ? (host.measures[measure]?.latest ?? null) : null;
}

function hostColumns(search: HostsSearch, chosen: string | undefined): Columns<Host> {
  const ratio = (id: string, header: string, measure: string) =>
    column.display({
      id,
      header,
      meta: { isNumber: true },
      cell: ({ row: { original } }) => {
        const value = latest(original, measure);
        return value === null ? UNKNOWN : <RatioBar ratio={value} text={formatShare(value)} />;
      },
    });
  return [
    column.display({
      id: "host",
      header: "Machine",
      meta: { isMain: true },
      cell: ({ row: { original } }) => (
        <>
          <Link
            to="/hosts"
            search={{ ...search, instance: original.name }}
            className={people.link}
            data-row
            aria-current={original.name === chosen || undefined}
          >
            {original.name}
          </Link>
          <span className={people.second}>{about(original)}</span>
        </>
      ),
    }),
    column.display({
      id: "state",
      header: "State",
      cell: ({ row: { original } }) => <InstanceState state={original.state} />,
    }),
    ratio("cpu", "CPU", "cpu"),
    ratio("memory", "Memory", "memory"),
    ...RATES.map(([id, header, measure]) =>
      column.display({
        id,
        header,
        meta: { isNumber: true },
        cell: ({ row: { original } }) => formatValue(latest(original, measure), "By/s"),
      }),
    ),
    ratio("filesystem", "Fullest disk", "filesystem"),
    column.display({
      id: "gpus",
      header: "GPUs",
      meta: { isNumber: true },
      cell: ({ row: { original } }) => original.gpus.length,
    }),
  ];
}

function about(host: Host): string {
  const memory = latest(host, "memory_limit");
  const models = [...new Set(host.gpus.map(({ name }) => name).filter(Boolean))];
  const gpus = host.gpus.length > 0 && [formatPlural(host.gpus.length, "GPU"), ...models].join(" ");
  const by = [...new Set(host.reporters.map(({ service_name }) => service_name))].slice(0, 3).join(", ");
  return [memory !== null && formatBytes(memory), gpus, `by ${by}`].filter(Boolean).join(" · ");
}
