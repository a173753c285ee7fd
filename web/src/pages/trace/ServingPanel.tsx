/** What the servers and machines of a call did while it ran: the queue, the cache, the GPU, with the call's own time shaded. */

import { Skeleton } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useMemo } from "react";
import { spanServing } from "../../api/serving";
import type { BesideCall, During, SpanServing } from "../../api/types";
import { TimeChart } from "../../components/charts/TimeChart";
import { ErrorNotice } from "../../components/Notice";
import { type BesideChart, besideCharts, numbersOf, wordsOfMatch } from "../../lib/besideCall";
import { describeInterval } from "../../lib/interval";
import { keepRange, type TraceSearch } from "../../lib/search";
import styles from "./ServingPanel.module.css";

const HEIGHT_PX = 96;

interface ServingPanelProps {
  trace_id: string;
  span_id: string;
  search: TraceSearch;
}

export function ServingPanel({ trace_id, span_id, search }: ServingPanelProps) {
  const { data, error } = useQuery(spanServing(trace_id, span_id, search.project));
  if (error) return <ErrorNotice error={error} />;
  if (data === undefined) return <Skeleton height={220} />;
  if (data.instances.length === 0) return <Nothing serving={data} />;
  return (
    <div className={styles.instances}>
      {data.instances.map((instance) => (
        <Instance key={`${instance.kind} ${instance.name}`} instance={instance} serving={data} search={search} />
      ))}
    </div>
  );
}

interface InstanceProps {
  instance: BesideCall;
  serving: SpanServing;
  search: TraceSearch;
}

function Instance({ instance, serving, search }: InstanceProps) {
  const charts = useMemo(() => besideCharts(instance), [instance]);
  const { kind, name, matches } = instance;
  // a trace has a time of its own, around which the pages are opened
  const range = { ...keepRange(search), start: serving.times[0], end: serving.times.at(-1) };
  return (
    <section aria-label={`${kind === "server" ? "Server" : "Machine"} ${name}`}>
      <header className={styles.head}>
        <h3>{name}</h3>
        <span>{kind === "server" ? matches[0]?.reporter.server || "server" : "machine"}</span>
        <Link to={kind === "server" ? "/serving" : "/hosts"} search={{ ...range, instance: name }}>
          {kind === "server" ? "Serving" : "Hosts"}
        </Link>
        <p>{[...new Set(matches.map(wordsOfMatch))].join("; ")}</p>
      </header>
      <div className={styles.charts}>
        {charts.map((chart) => (
          <Chart key={chart.title} chart={chart} serving={serving} />
        ))}
      </div>
      <Numbers instance={instance} serving={serving} />
    </section>
  );
}

function Chart({ chart, serving }: { chart: BesideChart; serving: SpanServing }) {
  const { start_time, end_time, times, interval_s } = serving;
  const periods = useMemo(
    () => [{ start: start_time, end: end_time, label: "", colour: "var(--wg-accent)" }],
    [start_time, end_time],
  );
  return (
    <TimeChart
      title={chart.title}
      aggregates={chart.atStart ? `as it began: ${chart.atStart}` : describeInterval(interval_s)}
      unit={chart.unit}
      times={times}
      series={chart.series}
      periods={periods}
      height={HEIGHT_PX}
      cursorGroup="beside the call"
    />
  );
}

/** The same in numbers, for those who want them exact or do not see the charts. */
function Numbers({ instance, serving }: { instance: BesideCall; serving: SpanServing }) {
  const rows = numbersOf(instance, serving.measures);
  return (
    <details className={styles.numbers}>
      <summary>Numbers during the call</summary>
      <table>
        <thead>
          <tr>
            <th>What</th>
            <th>As it began</th>
            <th>Least</th>
            <th>Mean</th>
            <th>Most</th>
            <th title="A short call falls between two reports: its numbers are those of before">Reports</th>
          </tr>
        </thead>
        <tbody>
          {rows.map(({ name, at_start, least, mean, most, during }) => (
            <tr key={name}>
              <td>{name}</td>
              <td title={ageOf(during)}>{at_start}</td>
              <td>{least}</td>
              <td>{mean}</td>
              <td>{most}</td>
              <td>{during.report_count}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </details>
  );
}

function ageOf({ age_s }: During): string | undefined {
  return age_s === null ? undefined : age_s === 0 ? "reported just then" : `reported ${age_s} s before`;
}

function Nothing({ serving }: { serving: SpanServing }) {
  const { facts, reporter_count } = serving;
  return (
    <div className={styles.nothing}>
      <h3>No server or machine of this call reported at that time</h3>
      {facts.length > 0 ? (
        <>
          <p>Looked for, as the span and those below it say:</p>
          <ul>
            {facts.map(({ name, value }) => (
              <li key={`${name} ${value}`}>
                <code>{name}</code> {value}
              </li>
            ))}
          </ul>
        </>
      ) : (
        <p>
          The span does not say where its call went: neither <code>server.address</code> and <code>server.port</code>{" "}
          nor <code>host.name</code>, <code>k8s.pod.name</code> or <code>service.instance.id</code>.
        </p>
      )}
      <p>
        {reporter_count > 0
          ? `${reporter_count} others reported then. `
          : "A provider's API has none; of servers of your own, name their /metrics in a file of targets: "}
        {reporter_count === 0 && <code>WATCHGLASS_SCRAPE_FILE=targets.yml watchglass up</code>}
        {reporter_count > 0 && "What is compared is told in docs/serving.md."}
      </p>
    </div>
  );
}
