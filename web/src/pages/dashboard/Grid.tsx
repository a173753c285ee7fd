/** Panels where they stand; on a phone one below the other. */

import { lazy, Suspense } from "react";
import type { Panel } from "../../api/dashboardTypes";
import { GAP_PX, heightOf, inOrder, ROW_PX } from "../../lib/dashboard/layout";
import styles from "./Dashboard.module.css";
import { type Asked, PanelCard, type PanelEdits } from "./PanelCard";

const EditGrid = lazy(() => import("./EditGrid"));

interface GridProps {
  panels: readonly Panel[];
  asked: Asked;
  isNarrow: boolean;
  edits?: PanelEdits | undefined;
  onLayout: (panels: Panel[]) => void;
  onViewAlone: (id: string) => void;
}

export function Grid({ panels, asked, isNarrow, edits, onLayout, onViewAlone }: GridProps) {
  // the tools come with the grid that knows them, so that none is lost under the pointer or the focus
  const fixed = (tools: PanelEdits | undefined) => (
    <div className={styles.grid} style={{ gridAutoRows: isNarrow ? undefined : ROW_PX, gap: GAP_PX }}>
      {inOrder(panels).map((panel) => {
        const { x, y, w, h } = panel.place;
        const height = heightOf(h);
        return (
          <div
            key={panel.id}
            data-half={w <= 3 || undefined}
            style={isNarrow ? { height } : { gridColumn: `${x + 1} / span ${w}`, gridRow: `${y + 1} / span ${h}` }}
          >
            <PanelCard panel={panel} asked={asked} height={height} edits={tools} onViewAlone={onViewAlone} />
          </div>
        );
      })}
    </div>
  );
  if (edits === undefined || isNarrow) return fixed(edits);
  return (
    <Suspense fallback={fixed(undefined)}>
      <EditGrid panels={panels} asked={asked} edits={edits} onLayout={onLayout} />
    </Suspense>
  );
}
