/** Which columns the list has, and in which order. */

import { ActionIcon, Button, Checkbox, Popover } from "@mantine/core";
import { IconArrowDown, IconArrowUp, IconColumns3 } from "@tabler/icons-react";
import { useState } from "react";
import { moveColumn, TRACE_COLUMNS, type TraceColumn, toggleColumn } from "../../lib/traceColumns";
import styles from "./ColumnMenu.module.css";

interface ColumnMenuProps {
  columns: readonly TraceColumn[];
  /** Undefined for the usual columns. */
  onChange: (columns: readonly TraceColumn[] | undefined) => void;
}

export function ColumnMenu({ columns, onChange }: ColumnMenuProps) {
  const [isOpen, setOpen] = useState(false);
  const hidden = TRACE_COLUMNS.filter((column) => !columns.some(({ id }) => id === column.id));
  return (
    <Popover opened={isOpen} onChange={setOpen} position="bottom-end" shadow="md" trapFocus returnFocus>
      <Popover.Target>
        <ActionIcon
          variant="default"
          size={30}
          aria-label="Columns"
          title="Choose columns"
          onClick={() => setOpen(!isOpen)}
        >
          <IconColumns3 size={16} />
        </ActionIcon>
      </Popover.Target>
      <Popover.Dropdown className={styles.menu}>
        <ul aria-label="Columns">
          {[...columns, ...hidden].map(({ id, title }, index) => {
            const isShown = index < columns.length;
            return (
              <li key={id}>
                <Checkbox
                  size="xs"
                  label={title}
                  checked={isShown}
                  disabled={id === "trace"}
                  onChange={() => onChange(toggleColumn(columns, id))}
                />
                {isShown && (
                  <span>
                    <ActionIcon
                      variant="subtle"
                      color="gray"
                      size={20}
                      aria-label={`Move ${title} to the left`}
                      disabled={index === 0}
                      onClick={() => onChange(moveColumn(columns, id, -1))}
                    >
                      <IconArrowUp size={12} />
                    </ActionIcon>
                    <ActionIcon
                      variant="subtle"
                      color="gray"
                      size={20}
                      aria-label={`Move ${title} to the right`}
                      disabled={index === columns.length - 1}
                      onClick={() => onChange(moveColumn(columns, id, 1))}
                    >
                      <IconArrowDown size={12} />
                    </ActionIcon>
                  </span>
                )}
              </li>
            );
          })}
        </ul>
        <Button size="compact-xs" variant="subtle" onClick={() => onChange(undefined)}>
          Usual columns
        </Button>
      </Popover.Dropdown>
    </Popover>
  );
}
