/** One panel: asks for its data once it is seen, shows its own errors, and carries the tools for it. */

import { ActionIcon, Button, Menu, Popover } from "@mantine/core";
import { useIntersection, useMergedRef } from "@mantine/hooks";
import {
  IconArrowsMaximize,
  IconArrowsMove,
  IconCopy,
  IconDots,
  IconInfoCircle,
  IconPencil,
  IconTrash,
} from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { type KeyboardEvent, useEffect, useState } from "react";
import type { Parameters } from "../../api/client";
import { panelData } from "../../api/dashboards";
import type { Panel } from "../../api/dashboardTypes";
import { type Chosen, withValues } from "../../lib/dashboard/variables";
import { withEstimate } from "../../lib/estimate";
import { formatPlural } from "../../lib/format";
import { ApiError } from "../../lib/problem";
import styles from "./Panel.module.css";
import { CAPTION_PX, PanelChart } from "./PanelChart";

/** Space around a panel's content within its border: two paddings and two borders, in pixels. */
const AROUND_PX = 18;

/** What panels are asked with, the same for all of a dashboard. */
export interface Asked {
  chosen: Chosen;
  range: Parameters;
  interval_ms: number | false;
  onZoom: (start: string, end: string) => void;
}

/** What can be done to a panel while the dashboard is edited. */
export interface PanelEdits {
  onEdit: (id: string) => void;
  onDuplicate: (id: string) => void;
  onRemove: (id: string) => void;
  /** Columns and rows to move by, or to grow by. */
  onMove: (id: string, dx: number, dy: number) => void;
  onResize: (id: string, dw: number, dh: number) => void;
}

interface PanelCardProps {
  panel: Panel;
  asked: Asked;
  /** Height with border, in pixels. */
  height: number;
  /** Missing while the dashboard is only looked at. */
  edits?: PanelEdits | undefined;
  onViewAlone?: ((id: string) => void) | undefined;
}

export function PanelCard({ panel, asked, height, edits, onViewAlone }: PanelCardProps) {
  const { ref: seenRef, entry } = useIntersection({ rootMargin: "200px" });
  const ref = useMergedRef(seenRef);
  const [isSeen, setSeen] = useState(false);
  useEffect(() => {
    if (entry?.isIntersecting) setSeen(true);
  }, [entry]);

  // a panel that was scrolled away from is not asked for again until it is back
  const interval_ms = entry?.isIntersecting ? asked.interval_ms : false;
  const { data, error, refetch } = useQuery(panelData(panel, asked.chosen, asked.range, isSeen, interval_ms));
  const title = withValues(panel.title, asked.chosen);
  const name = title || panel.kind;
  const inner_px = height - AROUND_PX;
  const classes = [styles.panel, edits && styles.isEdited, panel.kind === "text" && styles.isText];
  return (
    <section ref={ref} aria-label={name} className={classes.filter(Boolean).join(" ")}>
      <div className={styles.tools}>
        {(panel.description || data) && (
          <About
            panel={panel}
            name={name}
            aggregates={data && withEstimate(data.aggregates, data.sampled_share)}
            isTruncated={data?.is_truncated ?? false}
          />
        )}
        {edits ? (
          <EditTools panel={panel} name={name} edits={edits} />
        ) : (
          onViewAlone && (
            <ActionIcon
              data-quiet
              variant="subtle"
              color="gray"
              size="sm"
              aria-label={`View ${name} alone`}
              onClick={() => onViewAlone(panel.id)}
            >
              <IconArrowsMaximize size={14} />
            </ActionIcon>
          )
        )}
      </div>
      {error ? (
        <Failed title={title} error={error} height={inner_px - CAPTION_PX} onRetry={() => void refetch()} />
      ) : (
        <PanelChart panel={panel} title={title} data={data} height={inner_px} onZoom={asked.onZoom} />
      )}
    </section>
  );
}

interface AboutProps {
  panel: Panel;
  name: string;
  aggregates: string | undefined;
  isTruncated: boolean;
}

/** What the panel says and how it counts, in full. */
function About({ panel, name, aggregates, isTruncated }: AboutProps) {
  return (
    <Popover position="bottom-end" shadow="md" width={300} withinPortal>
      <Popover.Target>
        <ActionIcon data-quiet variant="subtle" color="gray" size="sm" aria-label={`About ${name}`}>
          <IconInfoCircle size={14} />
        </ActionIcon>
      </Popover.Target>
      <Popover.Dropdown fz="sm">
        {panel.description && <p style={{ marginTop: 0 }}>{panel.description}</p>}
        {aggregates && <div>{aggregates}</div>}
        {isTruncated && <div>The largest are shown; the others are left out or taken together.</div>}
      </Popover.Dropdown>
    </Popover>
  );
}

function EditTools({ panel, name, edits }: { panel: Panel; name: string; edits: PanelEdits }) {
  const steps: Record<string, [number, number]> = {
    ArrowLeft: [-1, 0],
    ArrowRight: [1, 0],
    ArrowUp: [0, -1],
    ArrowDown: [0, 1],
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const step = steps[event.key];
    if (step === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    (event.shiftKey ? edits.onResize : edits.onMove)(panel.id, ...step);
  };
  return (
    <>
      <ActionIcon
        className={`${styles.handle} panel-handle`}
        variant="subtle"
        color="gray"
        size="sm"
        aria-label={`Move ${name}: arrow keys move it, with Shift they resize it`}
        title="Drag to move. Arrow keys move, Shift and arrow keys resize."
        onKeyDown={onKeyDown}
      >
        <IconArrowsMove size={14} />
      </ActionIcon>
      <ActionIcon
        variant="subtle"
        color="gray"
        size="sm"
        aria-label={`Edit ${name}`}
        onClick={() => edits.onEdit(panel.id)}
      >
        <IconPencil size={14} />
      </ActionIcon>
      <Menu position="bottom-end" shadow="md">
        <Menu.Target>
          <ActionIcon variant="subtle" color="gray" size="sm" aria-label={`More for ${name}`}>
            <IconDots size={14} />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item leftSection={<IconCopy size={14} />} onClick={() => edits.onDuplicate(panel.id)}>
            Duplicate
          </Menu.Item>
          <Menu.Item leftSection={<IconTrash size={14} />} color="red" onClick={() => edits.onRemove(panel.id)}>
            Remove
          </Menu.Item>
          <Menu.Divider />
          <Menu.Label>
            {formatPlural(panel.place.w, "column")} wide, {formatPlural(panel.place.h, "row")} high
          </Menu.Label>
        </Menu.Dropdown>
      </Menu>
    </>
  );
}

interface FailedProps {
  title: string;
  error: Error;
  height: number;
  onRetry: () => void;
}

/** What went wrong with this one panel; the others go on. */
function Failed({ title, error, height, onRetry }: FailedProps) {
  const {
    title: problem,
    detail,
    field,
  } = error instanceof ApiError ? error : { title: "This panel failed", detail: error.message, field: "" };
  return (
    <figure style={{ margin: 0 }}>
      <figcaption>
        <span style={{ fontWeight: 600, fontSize: "0.8125rem" }}>{title}</span>
      </figcaption>
      <div role="alert" className={styles.failed} style={{ height }}>
        <strong>{problem}</strong>
        <p>
          {field && `${field}: `}
          {detail}
        </p>
        <Button size="compact-xs" variant="default" onClick={onRetry}>
          Try again
        </Button>
      </div>
    </figure>
  );
}
