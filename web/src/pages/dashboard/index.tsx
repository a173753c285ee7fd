/** One dashboard: looked at, edited, shared. */

import { Button, Skeleton } from "@mantine/core";
import { useDocumentTitle, useHotkeys, useMediaQuery, useViewportSize } from "@mantine/hooks";
import { IconArrowLeft } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { useMemo, useState } from "react";
import { useMay } from "../../api/asker";
import { dashboard } from "../../api/dashboards";
import type { Dashboard, Panel, Variable } from "../../api/dashboardTypes";
import { useRefetchInterval } from "../../api/live";
import { ErrorNotice, Notice } from "../../components/Notice";
import { PageHeader } from "../../components/PageHeader";
import { RangePicker } from "../../components/RangePicker";
import { movePanel, resizePanel } from "../../lib/dashboard/layout";
import { duplicate, newPanel, put, remove } from "../../lib/dashboard/panels";
import { chosenOf, writeValues } from "../../lib/dashboard/variables";
import { rangeParameters } from "../../lib/search";
import { useKeys } from "../shell/keys";
import { Actions } from "./Actions";
import styles from "./Dashboard.module.css";
import { Grid } from "./Grid";
import { type Asked, PanelCard, type PanelEdits } from "./PanelCard";
import { PanelEditor } from "./PanelEditor";
import { LeaveModal, SaveFailed } from "./Saving";
import { SettingsDrawer } from "./SettingsDrawer";
import type { DashboardSearch } from "./search";
import { useDraft } from "./useDraft";
import { VariableBar } from "./VariableBar";

const route = getRouteApi("/dashboards/$dashboardId");

export function DashboardPage() {
  const { dashboardId } = route.useParams();
  const { data, error } = useQuery(dashboard(dashboardId));
  useDocumentTitle(`${data?.name ?? "Dashboard"} · Watchglass`);
  if (data) return <Opened key={data.id} entry={data} />;
  return (
    <>
      <PageHeader title="Dashboard" />
      {error ? <ErrorNotice error={error} /> : <Loading />}
    </>
  );
}

function Opened({ entry }: { entry: Dashboard }) {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const draft = useDraft(entry);
  const isNarrow = useMediaQuery("(max-width: 760px)", undefined, { getInitialValueInEffect: false }) ?? false;
  const [edited, setEdited] = useState<Panel | null>(null);
  const [isSettingsOpen, setSettingsOpen] = useState(false);
  const [said, setSaid] = useState("");
  const { content } = draft;
  const { panels, variables } = content.document;
  // with unsaved changes it stays open for editing, whatever the address says
  const mayEdit = useMay("edit");
  const isEditing = !entry.is_delivered && mayEdit && (search.edit === true || draft.isChanged);
  const go = (patch: Partial<DashboardSearch>) =>
    void navigate({ search: (old) => ({ ...old, ...patch }), replace: true });
  const setPanels = (next: Panel[]) => draft.set({ ...content, document: { ...content.document, panels: next } });

  const asked = useAsked(search, entry, variables, (start, end) => go({ start, end }));
  const step = (next: Panel[], id: string) => {
    setPanels(next);
    const place = next.find((panel) => panel.id === id)?.place;
    if (place) setSaid(`Column ${place.x + 1}, row ${place.y + 1}, ${place.w} wide, ${place.h} high`);
  };
  const edits: PanelEdits = {
    onEdit: (id) => setEdited(panels.find((panel) => panel.id === id) ?? null),
    onDuplicate: (id) => setPanels(duplicate(panels, id)),
    onRemove: (id) => setPanels(remove(panels, id)),
    onMove: (id, dx, dy) => step(movePanel(panels, id, dx, dy), id),
    onResize: (id, dw, dh) => step(resizePanel(panels, id, dw, dh), id),
  };
  useHotkeys(
    [
      ["mod+Z", draft.undo],
      ["mod+shift+Z", draft.redo],
      ["mod+S", () => isEditing && draft.isChanged && void draft.save()],
    ],
    ["INPUT", "TEXTAREA", "SELECT"],
  );
  useKeys({
    ...(!entry.is_delivered &&
      mayEdit && { e: [() => go({ edit: isEditing ? undefined : true }), "Edit the dashboard"] }),
  });

  const alone = search.panel === undefined ? undefined : panels.find(({ id }) => id === search.panel);
  return (
    <>
      <PageHeader
        title={content.name}
        actions={
          <>
            <RangePicker search={search} onChange={go} />
            <Actions
              entry={entry}
              draft={draft}
              search={search}
              isEditing={isEditing}
              onEdit={(isOn) => go({ edit: isOn || undefined })}
              onAdd={() => setEdited(newPanel(panels))}
              onSettings={() => setSettingsOpen(true)}
            />
          </>
        }
      />
      <div className={styles.page}>
        {draft.error && <SaveFailed error={draft.error} draft={draft} project={entry.project_id} />}
        {content.description && !alone && <p className={styles.description}>{content.description}</p>}
        <VariableBar
          variables={variables}
          search={search}
          range={asked.range}
          onChoose={(variable, values) => go({ [`var-${variable.name}`]: writeValues(variable, values) })}
          onProject={(project) => go({ project })}
        />
        {search.panel !== undefined ? (
          <Alone panel={alone} asked={asked} onBack={() => go({ panel: undefined })} />
        ) : panels.length === 0 ? (
          <Empty isEditing={isEditing} onAdd={() => setEdited(newPanel(panels))} />
        ) : (
          <Grid
            panels={panels}
            asked={asked}
            isNarrow={isNarrow}
            edits={isEditing ? edits : undefined}
            onLayout={setPanels}
            onViewAlone={(id) => go({ panel: id })}
          />
        )}
        <div className={styles.said} aria-live="polite">
          {said}
        </div>
      </div>
      {edited && (
        <PanelEditor
          key={edited.id}
          panel={edited}
          asked={asked}
          variables={variables}
          onDone={(panel) => {
            setPanels(put(panels, panel));
            setEdited(null);
          }}
          onCancel={() => setEdited(null)}
        />
      )}
      <SettingsDrawer isOpen={isSettingsOpen} draft={draft} onClose={() => setSettingsOpen(false)} />
      <LeaveModal draft={draft} />
    </>
  );
}

/** What all panels are asked with; the same object until something of it changes. */
function useAsked(
  search: DashboardSearch,
  entry: Dashboard,
  variables: readonly Variable[],
  onZoom: (start: string, end: string) => void,
): Asked {
  const interval_ms = useRefetchInterval(search);
  // a dashboard that is kept with a project looks at that one, unless the reader chose another
  const project = search.project ?? entry.project_id ?? undefined;
  const key = JSON.stringify([chosenOf(variables, search), { ...rangeParameters(search), project }]);
  const [chosen, range] = useMemo(() => JSON.parse(key), [key]);
  return { chosen, range, interval_ms, onZoom };
}

/** One panel, as large as the window. */
function Alone({ panel, asked, onBack }: { panel: Panel | undefined; asked: Asked; onBack: () => void }) {
  const { height } = useViewportSize();
  useKeys({ Escape: [onBack, "Back to the dashboard"] });
  return (
    <>
      <Button size="compact-xs" variant="subtle" mb={8} leftSection={<IconArrowLeft size={14} />} onClick={onBack}>
        All panels
      </Button>
      {panel ? (
        <PanelCard panel={panel} asked={asked} height={Math.max(320, height - 190)} />
      ) : (
        <Notice title="There is no such panel">It may have been removed. The other panels are still there.</Notice>
      )}
    </>
  );
}

function Empty({ isEditing, onAdd }: { isEditing: boolean; onAdd: () => void }) {
  return (
    <Notice title="No panels yet">
      {isEditing ? (
        <Button size="xs" onClick={onAdd}>
          Add the first panel
        </Button>
      ) : (
        "Choose Edit to add some."
      )}
    </Notice>
  );
}

function Loading() {
  return (
    <div className={styles.page} role="status" aria-label="Loading the dashboard">
      <div className={styles.loading}>
        {["a", "b", "c", "d"].map((name) => (
          <Skeleton key={name} height={112} radius={6} />
        ))}
      </div>
      <div className={styles.loading} data-wide>
        {["a", "b", "c", "d"].map((name) => (
          <Skeleton key={name} height={272} radius={6} />
        ))}
      </div>
    </div>
  );
}
