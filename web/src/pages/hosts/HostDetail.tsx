/** One machine: what it did over time, each of its GPUs, and who reports of it. */

import { Link } from "@tanstack/react-router";
import { useMemo } from "react";
import type { Host, HostGpu, HostList } from "../../api/types";
import { InstanceState, RatioBar } from "../../components/InstanceState";
import instances from "../../components/Instances.module.css";
import { MeasureCharts } from "../../components/MeasureCharts";
import { formatCount, formatShare, formatValue } from "../../lib/format";
import { keepRange, quoteValue } from "../../lib/search";
import { chartsOf, HOST_CHARTS, type HostsSearch } from "../../lib/serving";
import styles from "./Hosts.module.css";

interface HostDetailProps {
  list: HostList;
  host: Host;
  search: HostsSearch;
  canClose: boolean;
  onZoom: (start: string, end: string) => void;
}

export function HostDetail({ list, host, search, canClose, onZoom }: HostDetailProps) {
  const charts = useMemo(() => chartsOf(HOST_CHARTS, host.measures), [host.measures]);
  return (
    <section aria-label={`Machine ${host.name}`}>
      <header className={instances.heading}>
        <h2>{host.name}</h2>
        <InstanceState state={host.state} />
        <p>
          reported by{" "}
          {host.reporters.map((it) => [it.service_name, it.service_instance_id].filter(Boolean).join(" ")).join(", ")}
        </p>
        <Link to="/traces" search={{ ...keepRange(search), filter: `host_name:${quoteValue(host.name)}` }}>
          Its traces
        </Link>
        {canClose && (
          <Link to="/hosts" search={{ ...search, instance: undefined }}>
            All machines
          </Link>
        )}
      </header>
      {host.gpus.length > 0 && <GpuTable gpus={host.gpus} />}
      <MeasureCharts
        label={`What ${host.name} did`}
        charts={charts}
        times={list.times}
        interval_s={list.interval_s}
        onZoom={onZoom}
      />
    </section>
  );
}

function GpuTable({ gpus }: { gpus: readonly HostGpu[] }) {
  const value = (gpu: HostGpu, measure: string, unit: string) => formatValue(gpu.measures[measure]?.latest, unit);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: the arrow keys scroll it where it is wider than the page
    <section className={styles.gpus} aria-label="GPUs in numbers" tabIndex={0}>
      <table aria-label="GPUs">
        <thead>
          <tr>
            <th>GPU</th>
            <th>Utilisation</th>
            <th>Memory</th>
            <th>Temperature</th>
            <th>Power</th>
            <th>Slowed by</th>
            <th>ECC errors, corrected / not</th>
          </tr>
        </thead>
        <tbody>
          {gpus.map((gpu) => (
            <tr key={gpu.id}>
              <td title={gpu.id}>
                {gpu.index || gpu.id} <span className={styles.dim}>{gpu.name}</span>
              </td>
              <td>
                <RatioBar
                  ratio={gpu.measures.gpu_utilization?.latest}
                  text={formatShare(gpu.measures.gpu_utilization?.latest)}
                />
              </td>
              <td>
                <RatioBar ratio={gpu.measures.gpu_memory?.latest} text={value(gpu, "gpu_memory_used", "By")} />
              </td>
              <td>{value(gpu, "gpu_temperature", "Cel")}</td>
              <td>{value(gpu, "gpu_power", "W")}</td>
              <td className={gpu.slowed_by.length > 0 ? styles.slowed : undefined}>
                {gpu.slowed_by.join(", ").replaceAll("_", " ") || "–"}
              </td>
              <td>
                {added(gpu, "gpu_ecc_corrected")} / {added(gpu, "gpu_ecc_uncorrected")}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

/** What was added in the range; a dash where the GPU does not tell. */
function added(gpu: HostGpu, measure: string): string {
  const values = gpu.measures[measure]?.values;
  return formatCount(values?.reduce((sum: number, value) => sum + (value ?? 0), 0));
}
