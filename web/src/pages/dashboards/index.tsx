/** All dashboards of a project: those that come with Watchglass, and those that were made here. */

import { Button, FileButton, Group, Modal, Skeleton, TextInput } from "@mantine/core";
import { useDocumentTitle } from "@mantine/hooks";
import { IconPlus, IconUpload } from "@tabler/icons-react";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { MAY_NOT_EDIT, useMay } from "../../api/asker";
import { createDashboard, dashboard, dashboards, importDashboard } from "../../api/dashboards";
import type { Dashboard, DashboardSummary } from "../../api/dashboardTypes";
import { ErrorNotice } from "../../components/Notice";
import { PageHeader } from "../../components/PageHeader";
import { keepRange } from "../../lib/search";
import { formatAgo } from "../../lib/time";
import { useKeys } from "../shell/keys";
import { useNow } from "../useNow";
import styles from "./Dashboards.module.css";

const route = getRouteApi("/dashboards");

/** Largest file that is read, in bytes; the server takes no more either. */
const LARGEST_FILE_BYTES = 4 * 2 ** 20;

export function DashboardsPage() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const queries = useQueryClient();
  const [isNaming, setNaming] = useState(false);
  const { data, error } = useQuery(dashboards(search.project));
  const project = search.project ?? "default";
  const mayEdit = useMay("edit");
  useDocumentTitle("Dashboards · Watchglass");
  useKeys({ ...(mayEdit && { n: [() => setNaming(true), "New dashboard"] }) });

  const open = (made: Dashboard, isEdited: boolean) => {
    queries.setQueryData(dashboard(made.id).queryKey, made);
    void queries.invalidateQueries({ queryKey: ["dashboards"] });
    const params = { dashboardId: made.id };
    void navigate({
      to: "/dashboards/$dashboardId",
      params,
      search: { ...keepRange(search), ...(isEdited && { edit: true }) },
    });
  };
  const importing = useMutation({
    mutationFn: async (file: File) => importDashboard(project, await readJson(file)),
    onSuccess: (made) => open(made, false),
  });
  const upload = (file: File | null) => file && importing.mutate(file);
  return (
    <>
      <PageHeader
        title="Dashboards"
        actions={
          <>
            <FileButton accept="application/json,.json" onChange={upload}>
              {(props) => (
                <Button
                  {...props}
                  size="xs"
                  variant="default"
                  disabled={!mayEdit}
                  title={mayEdit ? undefined : MAY_NOT_EDIT}
                  loading={importing.isPending}
                  leftSection={<IconUpload size={14} aria-hidden />}
                >
                  Import
                </Button>
              )}
            </FileButton>
            <Button
              size="xs"
              disabled={!mayEdit}
              title={mayEdit ? undefined : MAY_NOT_EDIT}
              leftSection={<IconPlus size={14} aria-hidden />}
              onClick={() => setNaming(true)}
            >
              New dashboard
            </Button>
          </>
        }
      />
      <div className={styles.page}>
        {importing.error && <ErrorNotice error={importing.error} />}
        {error ? <ErrorNotice error={error} /> : data ? <Lists entries={data} /> : <Loading />}
      </div>
      <NewDashboard
        isOpen={isNaming}
        project={project}
        onClose={() => setNaming(false)}
        onMade={(made) => open(made, true)}
      />
    </>
  );
}

function Lists({ entries }: { entries: readonly DashboardSummary[] }) {
  const own = entries.filter(({ is_delivered }) => !is_delivered);
  return (
    <>
      <h2 className={styles.heading}>Made here</h2>
      {own.length > 0 ? (
        <Cards entries={own} />
      ) : (
        <p className={styles.description}>
          None yet. Make one, import one, or open one of those below and choose Copy and edit.
        </p>
      )}
      <h2 className={styles.heading}>Come with Watchglass</h2>
      <Cards entries={entries.filter(({ is_delivered }) => is_delivered)} />
    </>
  );
}

function Cards({ entries }: { entries: readonly DashboardSummary[] }) {
  const search = route.useSearch();
  const now_ms = useNow();
  return (
    <ul className={styles.cards}>
      {entries.map(({ id, name, description, project_id, updated_at }) => (
        <li key={id}>
          <Link
            to="/dashboards/$dashboardId"
            params={{ dashboardId: id }}
            search={{ ...keepRange(search) }}
            className={styles.card}
          >
            <strong>{name}</strong>
            <span className={styles.description}>{description}</span>
            {updated_at && (
              <span className={styles.changed}>
                Changed {formatAgo(updated_at, now_ms)}
                {project_id === null && ", for all projects"}
              </span>
            )}
          </Link>
        </li>
      ))}
    </ul>
  );
}

interface NewDashboardProps {
  isOpen: boolean;
  project: string;
  onClose: () => void;
  onMade: (made: Dashboard) => void;
}

function NewDashboard({ isOpen, project, onClose, onMade }: NewDashboardProps) {
  const [name, setName] = useState("");
  const making = useMutation({
    mutationFn: () =>
      createDashboard(project, {
        name: name.trim(),
        description: "",
        document: { format_version: 1, variables: [], panels: [] },
      }),
    onSuccess: onMade,
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (name.trim() !== "") making.mutate();
  };
  return (
    <Modal opened={isOpen} onClose={onClose} title="New dashboard" centered>
      <form onSubmit={submit}>
        <TextInput
          label="Name"
          placeholder="What the support bot costs"
          maxLength={200}
          data-autofocus
          value={name}
          error={making.error?.message}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <Group justify="flex-end" mt="md">
          <Button type="submit" size="xs" loading={making.isPending} disabled={name.trim() === ""}>
            Make it
          </Button>
        </Group>
      </form>
    </Modal>
  );
}

function Loading() {
  return (
    <div className={styles.cards} role="status" aria-label="Loading dashboards">
      {["a", "b", "c"].map((name) => (
        <Skeleton key={name} height={92} radius={6} />
      ))}
    </div>
  );
}

/** The JSON of a file.
 *
 * @throws Error in words for the reader
 */
async function readJson(file: File): Promise<unknown> {
  if (file.size > LARGEST_FILE_BYTES) throw new Error("The file is too large for a dashboard.");
  try {
    return JSON.parse(await file.text());
  } catch {
    throw new Error(`${file.name} is not JSON: choose a file that was exported from a dashboard.`);
  }
}
