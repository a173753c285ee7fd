/** What goes wrong most: the types of errors in the range, each with a way to its traces. */

import { Table } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { errorTypes } from "../../api/overview";
import { useTimeZone } from "../../components/timeZone";
import { formatCount } from "../../lib/format";
import { allOf, isValue, type OverviewSearch } from "../../lib/overview";
import { keepRange } from "../../lib/search";
import { formatMoment, toMilliseconds } from "../../lib/time";
import styles from "./Overview.module.css";
import { Waiting } from "./Waiting";

export function ErrorTypes({ search, refetchInterval }: { search: OverviewSearch; refetchInterval: number | false }) {
  const { data, error } = useQuery(errorTypes(search, refetchInterval));
  const zone = useTimeZone();
  if (data === undefined) return <Waiting error={error} height={290} />;
  const rows = [
    ...(data?.values ?? []).map(({ value, count }) => ({
      name: value,
      condition: isValue("error_type", value),
      count,
    })),
    { name: "(no type given)", condition: "-has:error_type", count: data?.absent_count ?? 0 },
  ].filter(({ count }) => count > 0);
  return (
    <section className={styles.card} aria-labelledby="errors">
      <h2 id="errors" className={styles.heading}>
        Errors by type
        {data?.is_partial && (
          <span className={styles.kind}> since {formatMoment(toMilliseconds(data.start), zone)}</span>
        )}
      </h2>
      {rows.length === 0 ? (
        <p className={styles.nothing}>No span failed in this range.</p>
      ) : (
        <Table className={styles.table} verticalSpacing={5} horizontalSpacing={6}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>Type</Table.Th>
              <Table.Th>Spans</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {rows.map(({ name, condition, count }) => (
              <Table.Tr key={condition}>
                <Table.Td title={name}>
                  <Link to="/traces" search={{ ...keepRange(search), filter: allOf("status:error", condition) }}>
                    {name}
                  </Link>
                </Table.Td>
                <Table.Td>{formatCount(count)}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      )}
    </section>
  );
}
