/** What the sections have in common: a head, a table that scrolls by itself, and errors that say what to do. */

import { Alert, Button, Group, Modal, Skeleton, Table } from "@mantine/core";
import { IconLock } from "@tabler/icons-react";
import type { ReactNode } from "react";
import { ErrorNotice, Notice } from "../../components/Notice";
import { ApiError } from "../../lib/problem";
import styles from "./Settings.module.css";

/** What the cross of a window is called. */
export const CLOSE = { "aria-label": "Close" };

export function SectionHead({ title, brief, action }: { title: string; brief: ReactNode; action?: ReactNode }) {
  return (
    <header className={styles.head}>
      <div>
        <h2>{title}</h2>
        <p>{brief}</p>
      </div>
      {action}
    </header>
  );
}

interface RowsProps {
  label: string;
  columns: readonly string[];
  children: ReactNode;
  minWidth?: number;
}

export function Rows({ label, columns, children, minWidth = 640 }: RowsProps) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a table that is wider than the page is scrolled by keyboard too
    <section className={styles.rows} aria-label={label} tabIndex={0}>
      <Table verticalSpacing={6} horizontalSpacing="sm" highlightOnHover miw={minWidth}>
        <Table.Thead>
          <Table.Tr>
            {columns.map((column) => (
              <Table.Th key={column}>{column}</Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>{children}</Table.Tbody>
      </Table>
    </section>
  );
}

/** What stands where rows will be. */
export function WaitingRows({ count }: { count: number }) {
  return <Skeleton height={34 * (count + 1)} role="status" aria-label="Loading" />;
}

/** Why a part is not shown; a key without the scope is told which one it takes. */
export function Refused({ error, scope }: { error: Error; scope: string }) {
  if (error instanceof ApiError && error.status === 403) {
    return (
      <Notice title="Your key may not see this">
        <p>
          <IconLock size={14} aria-hidden /> {error.detail}. This part takes a key with the scope <code>{scope}</code>:{" "}
          <code>watchglass keys create NAME --scope {scope}</code> makes one on the server.
        </p>
      </Notice>
    );
  }
  return <ErrorNotice error={error} />;
}

/** Why a change was refused, in the form that asked for it. */
export function ChangeProblem({ error }: { error: Error | null }) {
  if (error === null) return null;
  const problem = error instanceof ApiError ? error : null;
  return (
    <Alert color="red" variant="light" title={problem?.title ?? "It failed"} role="alert" className={styles.alert}>
      {problem?.field ? `${problem.field}: ` : ""}
      {problem?.detail ?? error.message}
      {problem?.status === 403 && " Changes here take a key with the scope admin."}
    </Alert>
  );
}

interface ConfirmProps {
  title: string;
  children: ReactNode;
  action: string;
  isOpen: boolean;
  isPending: boolean;
  error: Error | null;
  onConfirm: () => void;
  onClose: () => void;
}

/** The question before something is gone for good. */
export function Confirm({ title, children, action, isOpen, isPending, error, onConfirm, onClose }: ConfirmProps) {
  return (
    <Modal opened={isOpen} onClose={onClose} closeButtonProps={CLOSE} title={title} centered>
      {children}
      <ChangeProblem error={error} />
      <Group justify="end" mt="md">
        <Button size="xs" variant="default" onClick={onClose} data-autofocus>
          Keep it
        </Button>
        <Button size="xs" color="red.9" autoContrast loading={isPending} onClick={onConfirm}>
          {action}
        </Button>
      </Group>
    </Modal>
  );
}
