/** What is asked and said about changes that are not saved: on leaving, and when saving did not work. */

import { Alert, Button, Group, Modal } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { createDashboard, dashboard } from "../../api/dashboards";
import { ApiError } from "../../lib/problem";
import type { Draft } from "./useDraft";

/** Asked when the reader goes elsewhere. */
export function LeaveModal({ draft }: { draft: Draft }) {
  const { leaving } = draft;
  const save = async () => {
    await draft.save();
    leaving?.proceed();
  };
  return (
    <Modal opened={leaving !== null} onClose={() => leaving?.stay()} title="Leave without saving?" centered>
      <p style={{ marginTop: 0 }}>The dashboard has changes that are not saved.</p>
      <Group justify="flex-end" gap={8}>
        <Button size="xs" variant="default" onClick={() => leaving?.stay()}>
          Stay
        </Button>
        <Button size="xs" variant="default" onClick={() => leaving?.proceed()}>
          Discard and leave
        </Button>
        <Button size="xs" loading={draft.isSaving} onClick={() => void save().catch(() => leaving?.stay())}>
          Save and leave
        </Button>
      </Group>
    </Modal>
  );
}

interface SaveFailedProps {
  error: Error;
  draft: Draft;
  project: string | null;
}

/** Why saving did not work, and where somebody else was first, the two ways on. */
export function SaveFailed({ error, draft, project }: SaveFailedProps) {
  const queries = useQueryClient();
  const navigate = useNavigate();
  const isStale = error instanceof ApiError && error.status === 409;
  const reload = async () => {
    await queries.refetchQueries({ queryKey: ["dashboard"] });
    draft.discard();
  };
  const saveCopy = async () => {
    const { name, ...content } = draft.content;
    const copy = await createDashboard(project, { ...content, name: `${name} (copy)`.slice(0, 200) });
    queries.setQueryData(dashboard(copy.id).queryKey, copy);
    draft.discard();
    await navigate({
      to: "/dashboards/$dashboardId",
      params: { dashboardId: copy.id },
      search: {},
      ignoreBlocker: true,
    });
  };
  return (
    <Alert
      color="red"
      mb={12}
      title={isStale ? "Somebody else saved this dashboard meanwhile" : "It could not be saved"}
    >
      {isStale ? (
        <Group gap={8}>
          Your changes are still here.
          <Button size="compact-xs" variant="default" onClick={() => void reload()}>
            Discard mine and show theirs
          </Button>
          <Button size="compact-xs" variant="default" onClick={() => void saveCopy()}>
            Save mine as a copy
          </Button>
        </Group>
      ) : (
        error.message
      )}
    </Alert>
  );
}
