/** Hosts: the machines under the model servers, and a heat map of their GPUs. */

import { useDocumentTitle } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { useCallback, useMemo } from "react";
import { useRefetchInterval } from "../../api/live";
import { hosts } from "../../api/serving";
import type { Host } from "../../api/types";
import { MeasureCharts } from "../../components/MeasureCharts";
import { ErrorNotice } from "../../components/Notice";
import { PageHeader } from "../../components/PageHeader";
import { RangePicker } from "../../components/RangePicker";
import { formatCount, formatShare } from "../../lib/format";
import {
  COMPARED_OF_HOSTS,
  comparedCharts,
  type HostsSearch,
  mostOf,
  SERVING_START,
  servingParameters,
} from "../../lib/serving";
import people from "../people/People.module.css";
import { useRowKeys } from "../people/useRowKeys";
import { useKeys } from "../shell/keys";
import { ConnectHosts } from "./ConnectHosts";
import { GpuHeat } from "./GpuHeat";
import { HostDetail } from "./HostDetail";
import { HostTable } from "./HostTable";

const route = getRouteApi("/hosts");

export function HostsPage() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  useDocumentTitle("Hosts · Watchglass");
  useRowKeys();
  const refetchInterval = useRefetchInterval(search);
  const { project, start, end, instance } = search;
  const range = useMemo(
    () => servingParameters({ ...(project && { project }), ...(start && { start }), ...(end && { end }) }),
    [project, start, end],
  );
  const list = useQuery(hosts(range, refetchInterval));
  const change = useCallback(
    (patch: Partial<HostsSearch>) => void navigate({ search: (old) => ({ ...old, ...patch }) }),
    [navigate],
  );
  const zoom = useCallback((from: string, to: string) => change({ start: from, end: to }), [change]);
  const showAll = useCallback(() => change({ instance: undefined }), [change]);
  useKeys({ Escape: showAll });

  const found = list.data?.hosts ?? [];
  const chosen = found.find((host) => isCalled(host, instance)) ?? (found.length === 1 ? found[0] : undefined);
  const compared = useMemo(() => comparedCharts(COMPARED_OF_HOSTS, list.data?.hosts ?? []), [list.data]);
  return (
    <>
      <PageHeader
        title="Hosts"
        actions={<RangePicker search={search} onChange={change} defaultStart={SERVING_START} />}
      />
      <div className={people.scroll}>
        {list.error && list.data === undefined ? (
          <ErrorNotice error={list.error} />
        ) : list.data !== undefined && found.length === 0 ? (
          <ConnectHosts />
        ) : (
          <>
            <Totals hosts={found} />
            <HostTable hosts={found} chosen={chosen} search={search} isLoading={list.isPending} />
            {list.data?.is_truncated && <p className={people.filling}>Only the 200 that reported last are shown.</p>}
            {list.data && (
              <>
                <GpuHeat list={list.data} chosen={chosen} measure={search.gpu} onMeasure={(gpu) => change({ gpu })} />
                {chosen ? (
                  <HostDetail
                    list={list.data}
                    host={chosen}
                    search={search}
                    canClose={found.length > 1}
                    onZoom={zoom}
                  />
                ) : (
                  <MeasureCharts
                    label="All machines"
                    charts={compared}
                    times={list.data.times}
                    interval_s={list.data.interval_s}
                    onZoom={zoom}
                  />
                )}
              </>
            )}
          </>
        )}
      </div>
    </>
  );
}

/** Whether a machine is the one in the address: by its own name, or by the address at which it is scraped. */
function isCalled(host: Host, instance: string | undefined): boolean {
  return host.name === instance || host.reporters.some(({ address }) => address !== "" && address === instance);
}

function Totals({ hosts: found }: { hosts: readonly Host[] }) {
  const up = found.filter(({ state }) => state === "up");
  const gpus = up.flatMap((host) => host.gpus);
  const figures: [string, string][] = [
    ["Up", `${formatCount(up.length)} of ${formatCount(found.length)}`],
    ["Busiest CPU", formatShare(mostOf(up, "cpu"))],
    ["Fullest memory", formatShare(mostOf(up, "memory"))],
    ["GPUs", formatCount(gpus.length)],
    ["Busiest GPU", formatShare(mostOf(gpus, "gpu_utilization"))],
    ["GPUs slowed", formatCount(gpus.filter(({ slowed_by }) => slowed_by.length > 0).length)],
  ];
  return (
    <dl className={people.facts} aria-label="All machines that are up">
      {figures.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
