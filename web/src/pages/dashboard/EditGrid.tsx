/** The grid while it is edited: panels are dragged by their handle and resized at a corner. */

import "react-grid-layout/css/styles.css";
import ReactGridLayout, { type Layout, useContainerWidth, verticalCompactor } from "react-grid-layout";
import type { Panel } from "../../api/dashboardTypes";
import {
  COLUMNS,
  GAP_PX,
  heightOf,
  inOrder,
  LEAST_ROWS,
  MOST_ROWS,
  ROW_PX,
  withPlaces,
} from "../../lib/dashboard/layout";
import styles from "./Dashboard.module.css";
import { type Asked, PanelCard, type PanelEdits } from "./PanelCard";

interface EditGridProps {
  panels: readonly Panel[];
  asked: Asked;
  edits: PanelEdits;
  onLayout: (panels: Panel[]) => void;
}

export default function EditGrid({ panels, asked, edits, onLayout }: EditGridProps) {
  const { width, containerRef, mounted } = useContainerWidth();
  const take = (layout: Layout) => onLayout(withPlaces(panels, layout));
  return (
    <div ref={containerRef} className={styles.editGrid}>
      {mounted && (
        <ReactGridLayout
          width={width}
          layout={panels.map(({ id, place }) => ({ i: id, ...place, minH: LEAST_ROWS, maxH: MOST_ROWS }))}
          gridConfig={{ cols: COLUMNS, rowHeight: ROW_PX, margin: [GAP_PX, GAP_PX], containerPadding: [0, 0] }}
          dragConfig={{ handle: ".panel-handle", allowMobileScroll: true }}
          resizeConfig={{ handles: ["se"] }}
          compactor={verticalCompactor}
          onDragStop={take}
          onResizeStop={take}
        >
          {/* in the order of reading, which is the order of the Tab key */}
          {inOrder(panels).map((panel) => (
            <div key={panel.id}>
              <PanelCard panel={panel} asked={asked} height={heightOf(panel.place.h)} edits={edits} />
            </div>
          ))}
        </ReactGridLayout>
      )}
    </div>
  );
}
