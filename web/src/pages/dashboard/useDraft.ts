/** A dashboard with the changes that are not saved yet. */

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useBlocker } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { type DashboardContent, dashboard, saveDashboard } from "../../api/dashboards";
import type { Dashboard } from "../../api/dashboardTypes";
import { begin, change, type History, redo, undo } from "../../lib/dashboard/history";
import { compact } from "../../lib/dashboard/layout";

export interface Draft {
  content: DashboardContent;
  isChanged: boolean;
  canUndo: boolean;
  canRedo: boolean;
  set: (content: DashboardContent) => void;
  undo: () => void;
  redo: () => void;
  /** Give up all changes. */
  discard: () => void;
  save: () => Promise<Dashboard>;
  isSaving: boolean;
  error: Error | null;
  /** Where the reader is about to leave with unsaved changes: what may be done about it. */
  leaving: { proceed: () => void; stay: () => void } | null;
}

export function useDraft(entry: Dashboard): Draft {
  const queries = useQueryClient();
  const [saved, setSaved] = useState(() => ({ version: entry.version, content: contentOf(entry) }));
  const [history, setHistory] = useState<History<DashboardContent>>(() => begin(saved.content));
  const content = history.present;
  const isChanged = JSON.stringify(content) !== JSON.stringify(saved.content);
  const take = (newer: Dashboard) => {
    const stored = { version: newer.version, content: contentOf(newer) };
    setSaved(stored);
    setHistory(begin(stored.content));
  };

  // somebody else changed it, and nothing here is lost by showing that
  useEffect(() => {
    if (entry.version > saved.version && !isChanged) {
      setSaved({ version: entry.version, content: contentOf(entry) });
      setHistory(begin(contentOf(entry)));
    }
  }, [entry, saved.version, isChanged]);

  const saving = useMutation({
    mutationFn: () => saveDashboard(entry.id, saved.version, content),
    onSuccess: (newer) => {
      take(newer);
      queries.setQueryData(dashboard(entry.id).queryKey, newer);
      void queries.invalidateQueries({ queryKey: ["dashboards"] });
    },
  });
  const blocker = useBlocker({
    shouldBlockFn: ({ current, next }) => isChanged && current.pathname !== next.pathname,
    enableBeforeUnload: () => isChanged,
    withResolver: true,
  });
  return {
    content,
    isChanged,
    canUndo: history.past.length > 0,
    canRedo: history.future.length > 0,
    set: (next) => setHistory(change(history, next)),
    undo: () => setHistory(undo(history)),
    redo: () => setHistory(redo(history)),
    discard: () => {
      saving.reset();
      take(queries.getQueryData(dashboard(entry.id).queryKey) ?? entry);
    },
    save: saving.mutateAsync,
    isSaving: saving.isPending,
    error: saving.error,
    leaving: blocker.status === "blocked" ? { proceed: blocker.proceed, stay: blocker.reset } : null,
  };
}

function contentOf({ name, description, document }: Dashboard): DashboardContent {
  return { name, description, document: { ...document, panels: compact(document.panels) } };
}
