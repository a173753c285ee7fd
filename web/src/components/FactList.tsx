/** Names and values in two columns; each can be copied, and looked for in all traces. */

import { ActionIcon } from "@mantine/core";
import { IconFilter } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import { quoteValue } from "../lib/search";
import type { Fact } from "../lib/spanFacts";
import { CopyIcon } from "./CopyIcon";
import styles from "./FactList.module.css";

/** Longest value that an address may carry as a filter, in characters. */
const MOST_FILTERED = 500;

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
            <dd>{fact.value}</dd>
            <dd className={styles.tools}>
              {fact.filter && fact.value.length <= MOST_FILTERED && (
                <ActionIcon
                  renderRoot={(props) => (
                    <Link
                      to="/traces"
                      search={{ project, filter: `${fact.filter}:${quoteValue(fact.value)}` }}
                      {...props}
                    />
                  )}
                  variant="subtle"
                  color="gray"
                  size="sm"
                  aria-label={`Filter traces by this ${fact.name}`}
                  title="Traces with the same value"
                >
                  <IconFilter size={14} />
                </ActionIcon>
              )}
              <CopyIcon value={fact.value} label={`Copy ${fact.name}`} />
            </dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
