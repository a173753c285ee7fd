/** What made the difference against the stretch before: the groups that added most to the change, with both values. */

import { SegmentedControl, Table } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { topMovers } from "../../api/overview";
import { formatChange, formatValue, type Unit } from "../../lib/format";
import { allOf, isGroup, MOVED, type Moved, type OverviewSearch } from "../../lib/overview";
import { keepRange } from "../../lib/search";
import styles from "./Overview.module.css";
import { Waiting } from "./Waiting";

interface MoversPanelProps {
  search: OverviewSearch;
  refetchInterval: number | false;
  onMoved: (moved: Moved) => void;
}

export function MoversPanel({ search, refetchInterval, onMoved }: MoversPanelProps) {
  const moved = search.moved ?? "latency";
  const { data, error } = useQuery(topMovers(search, moved, refetchInterval));
  const unit: Unit = data?.unit ?? "";
  return (
    <section className={styles.card} aria-labelledby="movers">
      <div className={styles.headingLine}>
        <h2 id="movers" className={styles.heading}>
          What changed
        </h2>
        <SegmentedControl
          size="xs"
          aria-label="What changed"
          value={moved}
          onChange={(value) => onMoved(value as Moved)}
          data={Object.entries(MOVED).map(([value, { title }]) => ({ value, label: title }))}
        />
      </div>
      {data === undefined ? (
        <Waiting error={error} height={240} />
      ) : data.movers.length === 0 ? (
        <p className={styles.nothing}>
          {data.total_before
            ? "Nothing moved notably against the stretch of the same length before."
            : "There is too little in the stretch of the same length before to compare with."}
        </p>
      ) : (
        <Table.ScrollContainer minWidth={380} type="native">
          <Table className={styles.table} verticalSpacing={5} horizontalSpacing={6}>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>{moved === "latency" ? "Mean duration of" : `${MOVED[moved].title} of`}</Table.Th>
                <Table.Th>Before</Table.Th>
                <Table.Th>Now</Table.Th>
                <Table.Th>Change</Table.Th>
                <Table.Th title="What it adds to the change of the whole">Adds</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {data.movers.map(({ group, value, before, contribution }) => (
                <Table.Tr key={JSON.stringify(group)}>
                  <Table.Td>
                    {Object.entries(group).map(([column, name]) => (
                      <Link
                        key={column}
                        to="/traces"
                        search={{ ...keepRange(search), filter: allOf(isGroup(group), MOVED[moved].filter) }}
                        title={`Traces with this ${wordOf(column)}`}
                      >
                        <span className={styles.kind}>{wordOf(column)}</span> {String(name) || "(none)"}
                      </Link>
                    ))}
                  </Table.Td>
                  <Table.Td>{formatValue(before, unit)}</Table.Td>
                  <Table.Td>{formatValue(value, unit)}</Table.Td>
                  <Table.Td>{formatChange(value, before) || "new"}</Table.Td>
                  <Table.Td data-bad={contribution > 0 && moved !== "calls" ? true : undefined}>
                    {contribution > 0 ? "+" : "−"}
                    {formatValue(Math.abs(contribution), unit)}
                  </Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </Table.ScrollContainer>
      )}
    </section>
  );
}

/** A column as a word: service_name is a service. */
function wordOf(column: string): string {
  return column.replace(/_name$/, "").replaceAll("_", " ");
}
