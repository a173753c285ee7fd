/** The metrics explorer: what applications and servers report, a few metrics at once, each as it can be read. */

import { Button } from "@mantine/core";
import { useDocumentTitle } from "@mantine/hooks";
import { IconPlus } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { useMemo, useRef, useState } from "react";
import { useRefetchInterval } from "../../api/live";
import { metricList } from "../../api/metrics";
import type { Metric } from "../../api/types";
import { ErrorNotice, Notice } from "../../components/Notice";
import { PageHeader } from "../../components/PageHeader";
import { RangePicker } from "../../components/RangePicker";
import {
  asksFor,
  changeQuery,
  type MetricQuery,
  type MetricsSearch,
  MOST_QUERIES,
  readQueries,
  writeQueries,
} from "../../lib/metricQueries";
import { rangeParameters } from "../../lib/search";
import { useKeys } from "../shell/keys";
import { MetricMenu } from "./MetricMenu";
import { MetricPanel } from "./MetricPanel";
import styles from "./Metrics.module.css";
import { SendMetrics } from "./SendMetrics";

const route = getRouteApi("/explore");

export function MetricsPage() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const searchRef = useRef<HTMLInputElement>(null);
  const [isMenuOpen, setMenuOpen] = useState(false);
  useDocumentTitle("Metrics · Watchglass");
  useKeys({ "/": () => searchRef.current?.focus() });

  const interval = useRefetchInterval(search);
  const { project, start, end } = search;
  const range = useMemo(() => rangeParameters({ project, start, end }), [project, start, end]);
  const list = useQuery(metricList(range, interval));
  const queries = useMemo(() => readQueries(search.queries), [search.queries]);

  const change = (part: Partial<MetricsSearch>) => navigate({ search: (old) => ({ ...old, ...part }), replace: true });
  const ask = (asked: MetricQuery[]) => change({ queries: writeQueries(asked) });
  const toggle = (metric: Metric) => {
    setMenuOpen(false);
    const others = queries.filter((query) => !asksFor([query], metric));
    const isAmbiguous = list.data?.metrics.some(({ name, type }) => name === metric.name && type !== metric.type);
    const added = { name: metric.name, ...(isAmbiguous && { type: metric.type }) };
    ask(others.length < queries.length ? others : [...queries, added]);
  };

  const metrics = list.data?.metrics ?? [];
  const isEmpty = list.data !== undefined && metrics.length === 0 && queries.length === 0;
  return (
    <>
      <PageHeader title="Metrics" actions={<RangePicker search={search} onChange={change} />} />
      {isEmpty ? (
        <SendMetrics project={project} />
      ) : (
        <div className={styles.page}>
          <MetricMenu
            metrics={metrics}
            isLoading={list.isPending}
            isTruncated={list.data?.is_truncated ?? false}
            isOpen={isMenuOpen || queries.length === 0}
            isFull={queries.length >= MOST_QUERIES}
            isChosen={(metric) => asksFor(queries, metric)}
            searchRef={searchRef}
            onToggle={toggle}
          />
          <div className={styles.panels}>
            {list.error && <ErrorNotice error={list.error} />}
            {queries.length === 0 && !list.error && (
              <Notice title="Choose a metric">
                Up to {MOST_QUERIES} stand below one another with a cursor in common; drag over one to zoom all of them.
              </Notice>
            )}
            {queries.map((query, index) => (
              <MetricPanel
                // biome-ignore lint/suspicious/noArrayIndexKey: a metric may be asked twice, each in its place
                key={`${index} ${query.name}`}
                query={query}
                range={range}
                search={search}
                interval={interval}
                onChange={(part) => ask(changeQuery(queries, index, part))}
                onRemove={() => ask(queries.filter((_, at) => at !== index))}
                onZoom={(from, to) => change({ start: from, end: to })}
              />
            ))}
            {queries.length > 0 && queries.length < MOST_QUERIES && (
              <Button
                className={styles.add}
                variant="default"
                size="xs"
                leftSection={<IconPlus size={14} aria-hidden />}
                onClick={() => {
                  setMenuOpen(true);
                  requestAnimationFrame(() => searchRef.current?.focus());
                }}
              >
                Add a metric
              </Button>
            )}
          </div>
        </div>
      )}
    </>
  );
}
