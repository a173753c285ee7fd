/** One model server: everything that it reports, and where to look further. */

import { Link } from "@tanstack/react-router";
import { useMemo } from "react";
import type { ModelServer, ServerList } from "../../api/types";
import { InstanceState } from "../../components/InstanceState";
import styles from "../../components/Instances.module.css";
import { MeasureCharts } from "../../components/MeasureCharts";
import { Notice } from "../../components/Notice";
import { useTimeZone } from "../../components/timeZone";
import { keepRange } from "../../lib/search";
import { chartsOf, SERVER_CHARTS, type ServingSearch, serverName } from "../../lib/serving";
import { formatMoment, toMilliseconds } from "../../lib/time";

interface ServerDetailProps {
  list: ServerList;
  server: ModelServer;
  search: ServingSearch;
  canClose: boolean;
  onZoom: (start: string, end: string) => void;
}

export function ServerDetail({ list, server, search, canClose, onZoom }: ServerDetailProps) {
  const zone = useTimeZone();
  const charts = useMemo(() => chartsOf(SERVER_CHARTS, server.measures), [server.measures]);
  const about = [
    server.server,
    server.models.join(", "),
    server.service_name,
    server.last_report && `last report ${formatMoment(toMilliseconds(server.last_report), zone)}`,
  ];
  return (
    <section aria-label={`Server ${serverName(server)}`}>
      <header className={styles.heading}>
        <h2>{serverName(server)}</h2>
        <InstanceState state={server.state} />
        <p>{[...new Set(about.filter(Boolean))].join(" · ")}</p>
        {server.host_name && (
          <Link to="/hosts" search={{ ...keepRange(search), instance: server.host_name }}>
            Its machine
          </Link>
        )}
        {canClose && (
          <Link to="/serving" search={keepRange(search)}>
            All servers
          </Link>
        )}
      </header>
      {charts.length === 0 ? (
        <Notice title="It reported nothing in this range">Its scrapes fail, or it has just begun.</Notice>
      ) : (
        <MeasureCharts
          label={`What ${serverName(server)} did`}
          charts={charts}
          times={list.times}
          interval_s={list.interval_s}
          onZoom={onZoom}
        />
      )}
    </section>
  );
}
