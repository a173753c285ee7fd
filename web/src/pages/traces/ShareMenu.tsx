/** What leaves the page: its address, and its rows as a file. */

import { ActionIcon, Menu } from "@mantine/core";
import { useClipboard } from "@mantine/hooks";
import { IconCheck, IconFileTypeCsv, IconJson, IconLink, IconLock, IconShare2 } from "@tabler/icons-react";
import type { TraceSummary } from "../../api/types";
import { toCsv, toJsonLines } from "../../lib/exportRows";
import { formatPlural } from "../../lib/format";
import type { TraceColumn } from "../../lib/traceColumns";
import { saveFile } from "./saveFile";

interface ShareMenuProps {
  rows: readonly TraceSummary[];
  columns: readonly TraceColumn[];
  /** The page's address, as it is and with both ends of its range as instants. */
  link: () => string;
  fixedLink: () => string;
}

export function ShareMenu({ rows, columns, link, fixedLink }: ShareMenuProps) {
  const { copy, copied } = useClipboard({ timeout: 1500 });
  const count = formatPlural(rows.length, "loaded trace");
  return (
    <Menu position="bottom-end" shadow="md">
      <Menu.Target>
        <ActionIcon variant="default" size={30} aria-label="Share" title="Copy a link, or download the rows">
          {copied ? <IconCheck size={16} /> : <IconShare2 size={16} />}
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item leftSection={<IconLink size={14} />} onClick={() => copy(link())}>
          Copy link
        </Menu.Item>
        <Menu.Item leftSection={<IconLock size={14} />} onClick={() => copy(fixedLink())}>
          Copy link with these times fixed
        </Menu.Item>
        <Menu.Divider />
        <Menu.Item
          leftSection={<IconFileTypeCsv size={14} />}
          disabled={rows.length === 0}
          onClick={() => saveFile("traces.csv", "text/csv;charset=utf-8", toCsv(rows, columns))}
        >
          Download {count} as CSV
        </Menu.Item>
        <Menu.Item
          leftSection={<IconJson size={14} />}
          disabled={rows.length === 0}
          onClick={() => saveFile("traces.jsonl", "application/x-ndjson", toJsonLines(rows))}
        >
          Download {count} as JSON lines
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
