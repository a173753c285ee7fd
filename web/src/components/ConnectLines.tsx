/** A page without data: what is missing, three lines that bring it, and a button that copies them. */

import { Button, CopyButton } from "@mantine/core";
import { IconCheck, IconCopy } from "@tabler/icons-react";
import type { ReactNode } from "react";
import styles from "./Connect.module.css";

interface ConnectLinesProps {
  title: string;
  /** What the lines do. */
  intro: ReactNode;
  lines: readonly string[];
  /** What else can be done. */
  children?: ReactNode;
}

export function ConnectLines({ title, intro, lines, children }: ConnectLinesProps) {
  return (
    <div className={styles.connect}>
      <h2>{title}</h2>
      <p>{intro}</p>
      <div className={styles.code}>
        <ol>
          {lines.map((line) => (
            <li key={line}>{line}</li>
          ))}
        </ol>
        <CopyButton value={lines.join("\n")}>
          {({ copied, copy }) => (
            <Button
              size="compact-xs"
              variant="default"
              className={styles.copy}
              leftSection={copied ? <IconCheck size={13} /> : <IconCopy size={13} />}
              onClick={copy}
            >
              {copied ? "Copied" : "Copy"}
            </Button>
          )}
        </CopyButton>
      </div>
      {children && <p>{children}</p>}
    </div>
  );
}
