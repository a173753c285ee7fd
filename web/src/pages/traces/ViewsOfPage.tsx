/** The saved views of the traces, and the one that opens by itself. */

import { useLocalStorage } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import { useMay } from "../../api/asker";
import { savedViews, useViewChanges } from "../../api/views";
import { ViewMenu } from "../../components/ViewMenu";
import { ApiError } from "../../lib/problem";
import { type ListSearch, readListSearch } from "../../lib/search";
import { isBare, isShown, viewSearch } from "../../lib/views";

const PAGE = "traces";

interface ViewsOfPageProps {
  search: ListSearch;
  /** The page shall show this, within the same project. */
  onOpen: (search: ListSearch) => void;
}

export function ViewsOfPage({ search, onOpen }: ViewsOfPageProps) {
  const { project } = search;
  const mayEdit = useMay("edit");
  const views = useQuery(savedViews(project, PAGE));
  const { save, change, remove } = useViewChanges(project, PAGE);
  const [defaults, setDefaults] = useLocalStorage<Record<string, string>>({
    key: `watchglass.${PAGE}.views`,
    defaultValue: {},
    getInitialValueInEffect: false,
  });
  const key = project ?? "default";
  const defaultId = defaults[key];

  // only an address that says nothing is filled, and only when the page is opened
  const mayFill = useRef(isBare(search));
  useEffect(() => {
    if (!mayFill.current || views.data === undefined) return;
    mayFill.current = false;
    const view = views.data.find(({ id }) => id === defaultId);
    if (view) onOpen(readListSearch(view.search));
  }, [views.data, defaultId, onOpen]);

  const failed = [save, change, remove].find((mutation) => mutation.error !== null)?.error;
  return (
    <ViewMenu
      views={views.data ?? []}
      currentId={views.data?.find((view) => isShown(view.search, search))?.id}
      defaultId={defaultId}
      problem={failed ? (failed instanceof ApiError ? failed.detail : failed.message) : undefined}
      mayEdit={mayEdit}
      onOpen={(view) => onOpen(readListSearch(view.search))}
      onSave={(name) => save.mutateAsync({ name, search: viewSearch(search) })}
      onChange={(view, name) =>
        change.mutateAsync({ id: view.id, name, search: name === view.name ? viewSearch(search) : view.search })
      }
      onDelete={(view) => remove.mutate(view.id)}
      onDefault={(id) => {
        const { [key]: _, ...others } = defaults;
        setDefaults(id === undefined ? others : { ...others, [key]: id });
      }}
    />
  );
}
