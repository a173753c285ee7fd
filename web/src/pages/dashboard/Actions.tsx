/** What can be done with a dashboard, beside its title. */

import { ActionIcon, Button, Menu, Tooltip } from "@mantine/core";
import { useClipboard, useFullscreenDocument } from "@mantine/hooks";
import {
  IconArrowBackUp,
  IconArrowForwardUp,
  IconArrowsMaximize,
  IconClockPin,
  IconCopy,
  IconDots,
  IconDownload,
  IconLink,
  IconPencil,
  IconPlus,
  IconSettings,
  IconTrash,
} from "@tabler/icons-react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { MAY_NOT_EDIT, useMay } from "../../api/asker";
import { createDashboard, dashboard, deleteDashboard, exportDashboard } from "../../api/dashboards";
import type { Dashboard } from "../../api/dashboardTypes";
import { DEFAULT_START, resolveTime } from "../../lib/range";
import { keepRange, stringifySearch } from "../../lib/search";
import styles from "./Dashboard.module.css";
import type { DashboardSearch } from "./search";
import type { Draft } from "./useDraft";

interface ActionsProps {
  entry: Dashboard;
  draft: Draft;
  search: DashboardSearch;
  isEditing: boolean;
  onEdit: (isOn: boolean) => void;
  onAdd: () => void;
  onSettings: () => void;
}

export function Actions({ entry, draft, search, isEditing, onEdit, onAdd, onSettings }: ActionsProps) {
  const queries = useQueryClient();
  const navigate = useNavigate();
  const mayEdit = useMay("edit");
  const copying = useMutation({
    mutationFn: () =>
      createDashboard(search.project ?? entry.project_id ?? "default", {
        ...draft.content,
        name: `${draft.content.name} (copy)`.slice(0, 200),
      }),
    onSuccess: (copy) => {
      queries.setQueryData(dashboard(copy.id).queryKey, copy);
      void queries.invalidateQueries({ queryKey: ["dashboards"] });
      const params = { dashboardId: copy.id };
      void navigate({ to: "/dashboards/$dashboardId", params, search: { ...search, panel: undefined, edit: true } });
    },
  });
  const saveAndClose = () =>
    void draft.save().then(
      () => onEdit(false),
      () => undefined,
    );
  return (
    <>
      {isEditing && <Editing draft={draft} onAdd={onAdd} onSettings={onSettings} />}
      {isEditing ? (
        <>
          <Button
            size="xs"
            variant="default"
            onClick={() => {
              draft.discard();
              onEdit(false);
            }}
          >
            {draft.isChanged ? "Discard" : "Done"}
          </Button>
          <Button size="xs" disabled={!draft.isChanged} loading={draft.isSaving} onClick={saveAndClose}>
            Save
          </Button>
        </>
      ) : entry.is_delivered ? (
        <Tooltip label={mayEdit ? "It comes with Watchglass and stays as it is; the copy is yours" : MAY_NOT_EDIT}>
          <Button
            size="xs"
            variant="default"
            data-disabled={!mayEdit || undefined}
            aria-disabled={!mayEdit}
            leftSection={<IconCopy size={14} aria-hidden />}
            loading={copying.isPending}
            onClick={() => mayEdit && copying.mutate()}
          >
            Copy and edit
          </Button>
        </Tooltip>
      ) : (
        <Tooltip label={MAY_NOT_EDIT} disabled={mayEdit}>
          <Button
            size="xs"
            variant="default"
            data-disabled={!mayEdit || undefined}
            aria-disabled={!mayEdit}
            leftSection={<IconPencil size={14} aria-hidden />}
            onClick={() => mayEdit && onEdit(true)}
          >
            Edit
          </Button>
        </Tooltip>
      )}
      {copying.error && <span role="alert">{copying.error.message}</span>}
      <More entry={entry} search={search} mayEdit={mayEdit} onCopy={() => copying.mutate()} />
    </>
  );
}

function Editing({ draft, onAdd, onSettings }: { draft: Draft; onAdd: () => void; onSettings: () => void }) {
  return (
    <>
      {draft.isChanged && <span className={styles.unsaved}>Not saved</span>}
      <ActionIcon.Group>
        <ActionIcon variant="default" size={30} aria-label="Undo" disabled={!draft.canUndo} onClick={draft.undo}>
          <IconArrowBackUp size={16} />
        </ActionIcon>
        <ActionIcon variant="default" size={30} aria-label="Redo" disabled={!draft.canRedo} onClick={draft.redo}>
          <IconArrowForwardUp size={16} />
        </ActionIcon>
      </ActionIcon.Group>
      <ActionIcon variant="default" size={30} aria-label="Name and variables" onClick={onSettings}>
        <IconSettings size={16} />
      </ActionIcon>
      <Button size="xs" variant="default" leftSection={<IconPlus size={14} aria-hidden />} onClick={onAdd}>
        Add panel
      </Button>
    </>
  );
}

interface MoreProps {
  entry: Dashboard;
  search: DashboardSearch;
  mayEdit: boolean;
  onCopy: () => void;
}

function More({ entry, search, mayEdit, onCopy }: MoreProps) {
  const clipboard = useClipboard({ timeout: 2000 });
  const { toggle, fullscreen } = useFullscreenDocument();
  const navigate = useNavigate();
  const queries = useQueryClient();
  const link = (changed: DashboardSearch) =>
    `${window.location.origin}${window.location.pathname}${stringifySearch({ ...changed, edit: undefined })}`;
  const fixedLink = () => {
    const now_ms = Date.now();
    const instant = (text: string) => new Date(resolveTime(text, now_ms)).toISOString();
    return link({ ...search, start: instant(search.start ?? DEFAULT_START), end: instant(search.end ?? "now") });
  };
  const removing = useMutation({
    mutationFn: () => deleteDashboard(entry.id),
    onSuccess: () => {
      void queries.invalidateQueries({ queryKey: ["dashboards"] });
      void navigate({ to: "/dashboards", search: keepRange(search), ignoreBlocker: true });
    },
  });
  return (
    <Menu position="bottom-end" shadow="md">
      <Menu.Target>
        <ActionIcon variant="default" size={30} aria-label="More for this dashboard">
          <IconDots size={16} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item
          closeMenuOnClick={false}
          leftSection={<IconLink size={14} />}
          onClick={() => clipboard.copy(link(search))}
        >
          {clipboard.copied ? "Link copied" : "Copy link"}
        </Menu.Item>
        <Menu.Item
          closeMenuOnClick={false}
          leftSection={<IconClockPin size={14} />}
          onClick={() => clipboard.copy(fixedLink())}
        >
          {clipboard.copied ? "Link copied" : "Copy link to this very time"}
        </Menu.Item>
        <Menu.Item leftSection={<IconArrowsMaximize size={14} />} onClick={() => void toggle()}>
          {fullscreen ? "Leave full screen" : "Full screen"}
        </Menu.Item>
        <Menu.Divider />
        <Menu.Item leftSection={<IconCopy size={14} />} disabled={!mayEdit} onClick={onCopy}>
          Copy as a new dashboard
        </Menu.Item>
        <Menu.Item leftSection={<IconDownload size={14} />} onClick={() => void download(entry)}>
          Export as JSON
        </Menu.Item>
        {!entry.is_delivered && mayEdit && (
          <Menu.Item
            color="red"
            leftSection={<IconTrash size={14} />}
            onClick={() => window.confirm(`Delete "${entry.name}" for good?`) && removing.mutate()}
          >
            Delete
          </Menu.Item>
        )}
      </Menu.Dropdown>
    </Menu>
  );
}

/** Give the stored dashboard as a file. */
async function download(entry: Dashboard): Promise<void> {
  const text = JSON.stringify(await exportDashboard(entry.id), null, 2);
  const address = URL.createObjectURL(new Blob([text], { type: "application/json" }));
  const anchor = document.createElement("a");
  anchor.href = address;
  anchor.download = `${entry.name.replace(/[^\w-]+/g, "-")}.watchglass.json`;
  anchor.click();
  URL.revokeObjectURL(address);
}
