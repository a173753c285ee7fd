/** Names and values in two columns; a value that can be looked for leads to the traces that share it. */

import { Link } from "@tanstack/react-router";
import { quoteValue } from "../lib/search";
import type { Fact } from "../lib/spanFacts";
import styles from "./FactList.module.css";

/** Columns whose values many traces share, so that a link to them is worth something. */
const WORTH_A_LINK = new Set([
  "service_name",
  "release",
  "environment",
  "session_id",
  "user_id",
  "agent_name",
  "workflow_name",
  "prompt_name",
  "tool_name",
  "provider_name",
  "request_model",
  "response_model",
]);

export function FactList({
  title,
  facts,
  project,
}: {
  title: string;
  facts: readonly Fact[];
  project: string | undefined;
}) {
  if (facts.length === 0) return null;
  return (
    <section>
      <h3 className={styles.title}>{title}</h3>
      <dl className={styles.facts}>
        {facts.map((fact) => (
          <div key={fact.name} className={styles.fact}>
            <dt>{fact.name}</dt>
            <dd>
              {fact.filter && WORTH_A_LINK.has(fact.filter) ? (
                <Link
                  to="/traces"
                  search={{ project, filter: `${fact.filter}:${quoteValue(fact.value)}` }}
                  title="Traces with the same value"
                >
                  {fact.value}
                </Link>
              ) : (
                fact.value
              )}
            </dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
