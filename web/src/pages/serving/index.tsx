/** Serving: the model servers, how each is and what it does; one of them in detail. */

import { useDocumentTitle } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { useCallback, useMemo } from "react";
import { useRefetchInterval } from "../../api/live";
import { servers } from "../../api/serving";
import type { ModelServer, ServerList } from "../../api/types";
import { MeasureCharts } from "../../components/MeasureCharts";
import { ErrorNotice } from "../../components/Notice";
import { PageHeader } from "../../components/PageHeader";
import { RangePicker } from "../../components/RangePicker";
import { formatCount, formatShare, formatValue } from "../../lib/format";
import {
  COMPARED_OF_SERVERS,
  comparedCharts,
  mostOf,
  SERVING_START,
  type ServingSearch,
  serverName,
  servingParameters,
  totalOf,
} from "../../lib/serving";
import people from "../people/People.module.css";
import { useRowKeys } from "../people/useRowKeys";
import { useKeys } from "../shell/keys";
import { ConnectServers } from "./ConnectServers";
import { ServerDetail } from "./ServerDetail";
import { ServerTable } from "./ServerTable";

const route = getRouteApi("/serving");

export function ServingPage() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  useDocumentTitle("Serving · Watchglass");
  useRowKeys();
  const refetchInterval = useRefetchInterval(search);
  const { project, start, end, instance } = search;
  const range = useMemo(
    () => servingParameters({ ...(project && { project }), ...(start && { start }), ...(end && { end }) }),
    [project, start, end],
  );
  const list = useQuery(servers(range, refetchInterval));
  const change = useCallback(
    (patch: Partial<ServingSearch>) => void navigate({ search: (old) => ({ ...old, ...patch }) }),
    [navigate],
  );
  const zoom = useCallback((from: string, to: string) => change({ start: from, end: to }), [change]);
  const showAll = useCallback(() => change({ instance: undefined }), [change]);
  useKeys({ Escape: showAll });

  const found = list.data?.instances ?? [];
  const chosen = found.find((it) => serverName(it) === instance) ?? (found.length === 1 ? found[0] : undefined);
  return (
    <>
      <PageHeader
        title="Serving"
        actions={<RangePicker search={search} onChange={change} defaultStart={SERVING_START} />}
      />
      <div className={people.scroll}>
        {list.error && list.data === undefined ? (
          <ErrorNotice error={list.error} />
        ) : list.data !== undefined && found.length === 0 ? (
          <ConnectServers />
        ) : (
          <>
            <Totals servers={found} />
            <ServerTable servers={found} chosen={chosen} search={search} isLoading={list.isPending} />
            {list.data?.is_truncated && <p className={people.filling}>Only the 200 that reported last are shown.</p>}
            {list.data && (
              <Charts list={list.data} chosen={chosen} isOneOfMany={found.length > 1} search={search} onZoom={zoom} />
            )}
          </>
        )}
      </div>
    </>
  );
}

function Totals({ servers: found }: { servers: readonly ModelServer[] }) {
  const up = found.filter(({ state }) => state === "up");
  const figures: [string, string][] = [
    ["Up", `${formatCount(up.length)} of ${formatCount(found.length)}`],
    ["Running", formatValue(totalOf(up, "requests_running"), "")],
    ["Waiting", formatValue(totalOf(up, "requests_waiting"), "")],
    ["Fullest KV cache", formatShare(mostOf(up, "kv_cache"))],
    ["Slowest first token", formatValue(mostOf(up, "time_to_first_token"), "s")],
    ["Output tokens/s", formatValue(totalOf(up, "output_tokens"), "")],
  ];
  return (
    <dl className={people.facts} aria-label="All servers that are up">
      {figures.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

interface ChartsProps {
  list: ServerList;
  chosen: ModelServer | undefined;
  isOneOfMany: boolean;
  search: ServingSearch;
  onZoom: (start: string, end: string) => void;
}

function Charts({ list, chosen, isOneOfMany, search, onZoom }: ChartsProps) {
  const compared = useMemo(
    () =>
      comparedCharts(
        COMPARED_OF_SERVERS,
        list.instances.map((it) => ({ name: serverName(it), measures: it.measures })),
      ),
    [list.instances],
  );
  if (chosen)
    return <ServerDetail list={list} server={chosen} search={search} canClose={isOneOfMany} onZoom={onZoom} />;
  return (
    <MeasureCharts
      label="All servers"
      charts={compared}
      times={list.times}
      interval_s={list.interval_s}
      onZoom={onZoom}
    />
  );
}
