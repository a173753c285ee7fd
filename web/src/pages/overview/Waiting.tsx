/** What stands in a panel until it has something to show: grey of its height, or why it has nothing. */

import { Skeleton } from "@mantine/core";
import styles from "./Overview.module.css";

export function Waiting({ error, height }: { error: Error | null; height: number }) {
  if (error === null) return <Skeleton height={height} />;
  return (
    <p role="alert" className={styles.nothing}>
      {error.message}
    </p>
  );
}
