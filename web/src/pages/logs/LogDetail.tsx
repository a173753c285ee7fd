/** All that one record says: its body, where it belongs, and every attribute with a way to look for more of the same. */

import { ActionIcon, Button, CopyButton } from "@mantine/core";
import { IconCheck, IconCopy, IconFilter, IconFilterOff, IconLink, IconRoute } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Link, useRouter } from "@tanstack/react-router";
import { useState } from "react";
import { wholeBody } from "../../api/logs";
import { LongText } from "../../components/LongText";
import { attributeCondition, type LogRow, type LogsSearch, linkToLog } from "../../lib/logs";
import { keepRange } from "../../lib/search";
import { formatUtc } from "../../lib/time";
import styles from "./Logs.module.css";

interface LogDetailProps {
  log: LogRow;
  search: LogsSearch;
  onCondition: (condition: string) => void;
}

export function LogDetail({ log, search, onCondition }: LogDetailProps) {
  const router = useRouter();
  const [isWhole, setWhole] = useState(false);
  const whole = useQuery({ ...wholeBody(log, search.project), enabled: isWhole });
  const body = whole.data ?? log.body;
  const link = new URL(
    router.buildLocation({ to: "/logs", search: linkToLog(log, search) }).href,
    window.location.origin,
  );
  return (
    <div className={styles.detail}>
      <div className={styles.actions}>
        {log.trace_id && (
          <Button
            size="compact-xs"
            variant="default"
            leftSection={<IconRoute size={13} aria-hidden />}
            renderRoot={(props) => (
              <Link
                {...props}
                to="/traces/$traceId"
                params={{ traceId: log.trace_id }}
                search={{ ...keepRange(search), span: log.span_id || undefined }}
              />
            )}
          >
            {log.span_id ? "Open its span" : "Open its trace"}
          </Button>
        )}
        <Copy text={link.href} label="Copy link" icon={<IconLink size={13} aria-hidden />} />
        <Copy text={body} label="Copy text" icon={<IconCopy size={13} aria-hidden />} />
      </div>
      {body && <LongText text={pretty(body)} isCode />}
      {log.is_cut && whole.data === undefined && (
        <button type="button" className={styles.more} disabled={whole.isFetching} onClick={() => setWhole(true)}>
          {whole.isFetching ? "Loading …" : whole.isError ? "It could not be loaded. Try again" : "Load the whole text"}
        </button>
      )}
      <Facts title="Record" facts={columns(log)} onCondition={onCondition} />
      <Facts
        title="Attributes"
        facts={Object.entries(log.attributes).map(([name, value]) => fact("attributes.", name, value))}
        onCondition={onCondition}
      />
      <Facts
        title="Resource"
        facts={Object.entries(log.resource_attributes).map(([name, value]) => fact("resource.", name, value))}
        onCondition={onCondition}
      />
    </div>
  );
}

interface ShownFact {
  name: string;
  value: string;
  /** Condition for records with the same value, and with another; missing where no filter asks for it. */
  same?: string;
  other?: string;
}

function Facts({
  title,
  facts,
  onCondition,
}: {
  title: string;
  facts: readonly ShownFact[];
  onCondition: (condition: string) => void;
}) {
  if (facts.length === 0) return null;
  return (
    <section aria-label={title}>
      <h3>{title}</h3>
      <dl className={styles.facts}>
        {facts.map(({ name, value, same, other }) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>
              <span dir="auto">{value}</span>
              {same && other && (
                <span className={styles.factActions}>
                  <ActionIcon
                    size="xs"
                    variant="subtle"
                    color="gray"
                    aria-label={`Show only ${same}`}
                    title={`Show only ${same}`}
                    onClick={() => onCondition(same)}
                  >
                    <IconFilter size={12} />
                  </ActionIcon>
                  <ActionIcon
                    size="xs"
                    variant="subtle"
                    color="gray"
                    aria-label={`Leave out ${same}`}
                    title={`Leave out ${same}`}
                    onClick={() => onCondition(other)}
                  >
                    <IconFilterOff size={12} />
                  </ActionIcon>
                </span>
              )}
            </dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

function Copy({ text, label, icon }: { text: string; label: string; icon: React.ReactNode }) {
  return (
    <CopyButton value={text}>
      {({ copied, copy }) => (
        <Button
          size="compact-xs"
          variant="default"
          leftSection={copied ? <IconCheck size={13} aria-hidden /> : icon}
          onClick={copy}
        >
          {copied ? "Copied" : label}
        </Button>
      )}
    </CopyButton>
  );
}

function fact(prefix: string, name: string, value: unknown): ShownFact {
  return {
    name,
    value: typeof value === "string" ? value : JSON.stringify(value),
    same: attributeCondition(prefix, name, value),
    other: attributeCondition(prefix, name, value, true),
  };
}

/** The record's columns that say something. */
function columns(log: LogRow): ShownFact[] {
  const names = [
    "event_name",
    "service_name",
    "environment",
    "release",
    "host_name",
    "scope_name",
    "trace_id",
    "span_id",
  ] as const;
  const shown: ShownFact[] = [
    { name: "time", value: formatUtc(log.time) },
    { name: "severity", value: `${log.severity_text || "–"} (${log.severity_number || "no number"})` },
    ...names.filter((name) => log[name] !== "").map((name) => fact("", name, log[name])),
  ];
  if (log.observed_time !== log.time)
    shown.splice(1, 0, { name: "observed_time", value: formatUtc(log.observed_time) });
  if (log.marks.length > 0) shown.push({ name: "marks", value: log.marks.join(", ") });
  return shown;
}

/** JSON with line breaks; any other text as it is. */
function pretty(text: string): string {
  if (!/^\s*[[{]/.test(text)) return text;
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}
