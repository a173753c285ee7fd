/** Keep a question: as a panel of a dashboard that is there, or of a new one. */

import { ActionIcon, Menu } from "@mantine/core";
import { IconLayoutDashboard } from "@tabler/icons-react";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { MAY_NOT_EDIT, useMay } from "../../api/asker";
import { addToDashboard, ownDashboards } from "../../api/metrics";
import type { MetricQuery } from "../../lib/metricQueries";
import { ApiError } from "../../lib/problem";
import styles from "./Metrics.module.css";

export function AddToDashboard({ query, project }: { query: MetricQuery; project: string | undefined }) {
  const [isOpen, setOpen] = useState(false);
  const mayEdit = useMay("edit");
  const dashboards = useQuery(ownDashboards(project, isOpen));
  const adding = useMutation({ mutationFn: (id: string | null) => addToDashboard(query, id, project) });
  return (
    <>
      {adding.isSuccess && (
        <span className={styles.note} role="status">
          Added to {adding.data.name}
        </span>
      )}
      {adding.error && (
        <span className={styles.problem} role="alert">
          {adding.error instanceof ApiError ? adding.error.detail : adding.error.message}
        </span>
      )}
      <Menu opened={isOpen} onChange={setOpen} position="bottom-end" shadow="md">
        <Menu.Target>
          <ActionIcon
            variant="subtle"
            color="gray"
            size="sm"
            aria-label={`Add ${query.name} to a dashboard`}
            disabled={!mayEdit}
            title={mayEdit ? undefined : MAY_NOT_EDIT}
            loading={adding.isPending}
          >
            <IconLayoutDashboard size={15} />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Label>Add to a dashboard</Menu.Label>
          {dashboards.isPending && <Menu.Item disabled>Loading …</Menu.Item>}
          {dashboards.data?.map(({ id, name }) => (
            <Menu.Item key={id} onClick={() => adding.mutate(id)}>
              {name}
            </Menu.Item>
          ))}
          <Menu.Item onClick={() => adding.mutate(null)}>A new one</Menu.Item>
        </Menu.Dropdown>
      </Menu>
    </>
  );
}
