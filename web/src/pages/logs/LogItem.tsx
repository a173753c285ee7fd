/** One record in the list: a line, and below it all that it says once it is opened. */

import type { Ref } from "react";
import { useTimeZone } from "../../components/timeZone";
import { type LogRow, type LogsSearch, levelOf } from "../../lib/logs";
import { formatInstant, formatUtc } from "../../lib/time";
import { LogDetail } from "./LogDetail";
import styles from "./Logs.module.css";

/** Characters of a body that its line shows at most. */
const LINE_CHARACTERS = 400;

interface LogItemProps {
  ref: Ref<HTMLLIElement>;
  index: number;
  log: LogRow;
  search: LogsSearch;
  isOpen: boolean;
  /** Whether the Tab key stops here; one row of the list does. */
  isTabStop: boolean;
  onFocus: () => void;
  onToggle: () => void;
  onCondition: (condition: string) => void;
}

export function LogItem({ ref, index, log, search, isOpen, isTabStop, onFocus, onToggle, onCondition }: LogItemProps) {
  const zone = useTimeZone();
  const level = levelOf(log);
  return (
    <li ref={ref} data-index={index} className={styles.item} data-open={isOpen || undefined} data-level={level}>
      <button
        type="button"
        className={styles.line}
        data-log={log.key}
        aria-expanded={isOpen}
        tabIndex={isTabStop ? 0 : -1}
        onFocus={onFocus}
        onClick={onToggle}
      >
        <time title={formatUtc(log.time)}>{formatInstant(log.time, zone)}</time>
        <span className={styles.level}>{level === "other" ? log.severity_text.slice(0, 8) || "log" : level}</span>
        <span className={styles.service}>{log.service_name || "unknown service"}</span>
        <span className={styles.text} dir="auto">
          {oneLine(log)}
          <span className={styles.extras}>{extras(log)}</span>
        </span>
      </button>
      {isOpen && <LogDetail log={log} search={search} onCondition={onCondition} />}
    </li>
  );
}

/** The body on one line; an event without a body is its name. */
function oneLine({ body, event_name }: LogRow): string {
  const text = body.slice(0, LINE_CHARACTERS).replace(/\s+/g, " ").trim();
  return text || event_name || "(empty)";
}

/** A few attributes after the body, as they tell records of one message apart. */
function extras({ attributes }: LogRow): string {
  return Object.entries(attributes)
    .filter(([name]) => !name.startsWith("code.") && !name.startsWith("gen_ai."))
    .slice(0, 4)
    .map(([name, value]) => `${name}=${String(value).slice(0, 60)}`)
    .join(" ");
}
