/** The model servers as a table: state, queue, cache, latency by phase, tokens. */

import { Link } from "@tanstack/react-router";
import { createColumnHelper } from "@tanstack/react-table";
import { useMemo } from "react";
import type { ModelServer } from "../../api/types";
import { seriesColour } from "../../components/charts/colours";
import { type Columns, DataTable } from "../../components/DataTable";
import { InstanceState, RatioBar } from "../../components/InstanceState";
import instances from "../../components/Instances.module.css";
import people from "../../components/People.module.css";
import { formatShare, formatValue, UNKNOWN, type Unit } from "../../lib/format";
import { type ServingSearch, serverName } from "../../lib/serving";

const column = createColumnHelper<ModelServer>();

const NUMBERS: readonly [id: string, header: string, measure: string, unit: Unit][] = [
  ["running", "Running", "requests_running", ""],
  ["waiting", "Waiting", "requests_waiting", ""],
  ["first_token", "First token", "time_to_first_token", "s"],
  ["between", "Between tokens", "inter_token_latency", "s"],
  ["tokens", "Tokens/s out", "output_tokens", ""],
  ["preemptions", "Preempted/s", "preemptions", ""],
];

const PHASES = [
  ["queue", "queue_duration"],
  ["prefill", "prefill_duration"],
  ["decode", "decode_duration"],
] as const;

interface ServerTableProps {
  servers: readonly ModelServer[];
  chosen: ModelServer | undefined;
  search: ServingSearch;
  isLoading: boolean;
}

export function ServerTable({ servers, chosen, search, isLoading }: ServerTableProps) {
  const columns = useMemo(() => serverColumns(search, chosen && serverName(chosen)), [search, chosen]);
  return (
    <DataTable
      label="Model servers"
      columns={columns}
      rows={servers}
      rowKey={(row) => JSON.stringify([row.service_name, row.service_instance_id, row.host_name])}
      isLoading={isLoading}
    />
  );
}

/** What it last said; of a server that is silent nothing, as nobody knows how it does now. */
function latest(server: ModelServer, measure: string): number | null {
  return server.state === "up" ? (server.measures[measure]?.latest ?? null) : null;
}

function serverColumns(search: ServingSearch, chosen: string | undefined): Columns<ModelServer> {
  const number = ([id, header, measure, unit]: (typeof NUMBERS)[number]) =>
    column.display({
      id,
      header,
      meta: { isNumber: true },
      cell: ({ row: { original } }) => formatValue(latest(original, measure), unit),
    });
  const [running, waiting, ...others] = NUMBERS.map(number);
  return [
    column.display({
      id: "instance",
      header: "Instance",
      meta: { isMain: true },
      cell: ({ row: { original } }) => (
        <>
          <Link
            to="/serving"
            search={{ ...search, instance: serverName(original) }}
            className={people.link}
            data-row
            aria-current={serverName(original) === chosen || undefined}
          >
            {serverName(original)}
          </Link>
          <span className={people.second}>
            {[original.server || original.service_name, ...original.models].filter(Boolean).join(" · ")}
          </span>
        </>
      ),
    }),
    column.display({
      id: "state",
      header: "State",
      cell: ({ row: { original } }) => <InstanceState state={original.state} />,
    }),
    ...(running && waiting ? [running, waiting] : []),
    column.display({
      id: "cache",
      header: "KV cache",
      meta: { isNumber: true },
      cell: ({ row: { original } }) => {
        const ratio = latest(original, "kv_cache");
        return ratio === null ? UNKNOWN : <RatioBar ratio={ratio} text={formatShare(ratio)} />;
      },
    }),
    column.display({
      id: "phases",
      header: "Queue, prefill, decode",
      meta: { isNumber: true },
      cell: ({ row: { original } }) => <Phases server={original} />,
    }),
    ...others,
    column.display({
      id: "hits",
      header: "Prefix hits",
      meta: { isNumber: true, isWideOnly: true },
      cell: ({ row: { original } }) => formatShare(latest(original, "prefix_cache_hits")),
    }),
  ];
}

/** The mean of each phase, side by side, in the colours of the chart below. */
function Phases({ server }: { server: ModelServer }) {
  const known = PHASES.map(([name, measure], index) => ({
    name,
    value: latest(server, measure),
    colour: seriesColour(index),
  }));
  const total = known.reduce((sum, { value }) => sum + (value ?? 0), 0);
  if (known.every(({ value }) => value === null)) return UNKNOWN;
  const words = known.map(({ name, value }) => `${name} ${formatValue(value, "s")}`).join(", ");
  return (
    <span className={instances.phases} title={words}>
      {known.map(({ value }) => formatValue(value, "s")).join(" · ")}
      <span className={instances.phaseTrack} aria-hidden>
        {known.map(({ name, value, colour }) => (
          <i key={name} style={{ width: `${total > 0 ? ((value ?? 0) / total) * 100 : 0}%`, background: colour }} />
        ))}
      </span>
    </span>
  );
}
