/** A quiet box in the middle of a page: nothing here, or something went wrong and what to do. */

import { IconAlertTriangle } from "@tabler/icons-react";
import type { ReactNode } from "react";
import { ApiError } from "../lib/problem";
import styles from "./Notice.module.css";

interface NoticeProps {
  title: string;
  isError?: boolean;
  children?: ReactNode;
}

export function Notice({ title, isError = false, children }: NoticeProps) {
  return (
    <div className={styles.notice} role={isError ? "alert" : "status"}>
      <h2 className={isError ? styles.errorTitle : styles.title}>
        {isError && <IconAlertTriangle size={18} aria-hidden />}
        {title}
      </h2>
      <div className={styles.body}>{children}</div>
    </div>
  );
}

/** An error in the server's words where it has some; the words begin after the name of what is wrong. */
export function ErrorNotice({ error, children }: { error: Error; children?: ReactNode }) {
  const title = error instanceof ApiError ? error.title : "This page failed";
  const detail = error instanceof ApiError ? error.detail : error.message;
  const field = error instanceof ApiError && error.field;
  return (
    <Notice title={title} isError>
      <p>
        {field && `${field}: `}
        {detail}
      </p>
      {children}
    </Notice>
  );
}
