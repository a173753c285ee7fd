/** The head of a page: its name, and what can be done on it. */

import type { ReactNode } from "react";
import styles from "./PageHeader.module.css";

export function PageHeader({ title, actions }: { title: ReactNode; actions?: ReactNode }) {
  return (
    <header className={styles.header}>
      <h1 className={styles.title}>{title}</h1>
      {actions && <div className={styles.actions}>{actions}</div>}
    </header>
  );
}
