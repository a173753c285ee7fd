/** A cost that says when it is not the whole one. */

import { VisuallyHidden } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { formatCost, formatPlural, formatShortCost } from "../lib/format";
import styles from "./Cost.module.css";

interface CostProps {
  cost_usd: number | null;
  /** Model calls with tokens but without a price. */
  unpriced_count: number;
  call_count: number;
  /** Whether it stands in a narrow column; all digits are then in its tooltip. */
  isShort?: boolean;
  /** Whether a missing price leads to where prices are set. */
  isLinked?: boolean;
}

export function Cost({ cost_usd, unpriced_count, call_count, isShort = false, isLinked = false }: CostProps) {
  const exact = formatCost(cost_usd);
  const shown = isShort ? formatShortCost(cost_usd) : exact;
  if (unpriced_count === 0)
    return (
      <span className={cost_usd === null ? styles.none : undefined} title={shown === exact ? undefined : exact}>
        {shown}
      </span>
    );
  const title = `${exact}; ${formatPlural(unpriced_count, "call")} of ${call_count} without a price: choose one in Settings, Prices`;
  const isUnknown = cost_usd === null || cost_usd === 0;
  const words = (
    <span title={title} className={isUnknown ? styles.unpriced : undefined}>
      {isUnknown ? "no price" : shown}
      {!isUnknown && (
        <span className={styles.unpriced}>
          <span aria-hidden> +?</span>
          <VisuallyHidden>, not all calls have a price</VisuallyHidden>
        </span>
      )}
    </span>
  );
  if (!isLinked) return words;
  return (
    <Link to="/settings/$section" params={{ section: "prices" }} search={true} className={styles.link}>
      {words}
    </Link>
  );
}
