/** Cells that sessions, users and turns share. */

import { formatCount, formatShortCount, UNKNOWN } from "../lib/format";
import styles from "./People.module.css";

export function Tokens({ of }: { of: { input_tokens: number | null; output_tokens: number | null } }) {
  if (of.input_tokens === null && of.output_tokens === null) return <span className={styles.dim}>{UNKNOWN}</span>;
  return (
    <span title={`${formatCount(of.input_tokens)} in, ${formatCount(of.output_tokens)} out`}>
      <span className={styles.first}>{formatShortCount(of.input_tokens)} in</span>
      <span className={styles.second}>{formatShortCount(of.output_tokens)} out</span>
    </span>
  );
}

export function ErrorCount({ count }: { count: number }) {
  return count > 0 ? (
    <span className={styles.failed}>{formatCount(count)}</span>
  ) : (
    <span className={styles.dim}>0</span>
  );
}
