/** Each service, model or release in numbers, with a way to its traces. */

import { Table } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { callGroups } from "../../api/overview";
import { Cost } from "../../components/Cost";
import { formatDuration, formatShare, formatShortCount, formatValue } from "../../lib/format";
import { allOf, groupName, isGroup, type OverviewSearch, SPLITS } from "../../lib/overview";
import { keepRange } from "../../lib/search";
import styles from "./Overview.module.css";
import { Waiting } from "./Waiting";

export function Breakdown({ search, refetchInterval }: { search: OverviewSearch; refetchInterval: number | false }) {
  const by = search.by ?? "model";
  const { data, error } = useQuery(callGroups(search, by, refetchInterval));
  const dimension = SPLITS[by];
  return (
    <section className={styles.card} aria-labelledby="breakdown">
      <h2 id="breakdown" className={styles.heading}>
        Calls by {by}
      </h2>
      {data === undefined ? (
        <Waiting error={error} height={240} />
      ) : (
        <Table.ScrollContainer minWidth={380} type="native">
          <Table className={styles.table} verticalSpacing={5} horizontalSpacing={6}>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>{by[0]?.toUpperCase() + by.slice(1)}</Table.Th>
                {["Calls", "Errors", "p95", "Tokens/s", "Cost"].map((name) => (
                  <Table.Th key={name}>{name}</Table.Th>
                ))}
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {data.series.map((series) => {
                const { total } = series;
                const name = groupName(series, dimension);
                const calls = total.span_count ?? 0;
                return (
                  <Table.Tr key={`${series.is_other} ${name}`}>
                    <Table.Td title={name}>
                      {series.is_other ? (
                        name
                      ) : (
                        <Link
                          to="/traces"
                          search={{ ...keepRange(search), filter: allOf("is_model_call:true", isGroup(series.group)) }}
                        >
                          {name}
                        </Link>
                      )}
                    </Table.Td>
                    <Table.Td>{formatShortCount(calls)}</Table.Td>
                    <Table.Td data-bad={(total.error_count ?? 0) > 0 || undefined}>
                      {formatShare(calls > 0 ? (total.error_count ?? 0) / calls : null)}
                    </Table.Td>
                    <Table.Td>{formatDuration(total.duration_p95_ns)}</Table.Td>
                    <Table.Td>{formatValue(total.output_tokens_per_s, "")}</Table.Td>
                    <Table.Td>
                      <Cost
                        cost_usd={total.cost_usd ?? null}
                        unpriced_count={total.unpriced_count ?? 0}
                        call_count={calls}
                        isShort
                      />
                    </Table.Td>
                  </Table.Tr>
                );
              })}
            </Table.Tbody>
          </Table>
        </Table.ScrollContainer>
      )}
    </section>
  );
}
