/** What happened within a span, in order. */

import type { SpanEvent } from "../lib/spanFacts";
import { formatInstant, formatUtc } from "../lib/time";
import styles from "./EventList.module.css";
import { LongText } from "./LongText";
import { useTimeZone } from "./timeZone";

export function EventList({ events }: { events: readonly SpanEvent[] }) {
  const zone = useTimeZone();
  if (events.length === 0) return <p className={styles.nothing}>This span has no events.</p>;
  return (
    <ol className={styles.list}>
      {events.map((event, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: events have no id, and never change place
        <li key={index}>
          <div className={styles.line}>
            <time title={formatUtc(event.time)}>{formatInstant(event.time, zone, Date.now())}</time>
            <strong>{event.name}</strong>
          </div>
          {event.attributes && <LongText text={event.attributes} isCode />}
        </li>
      ))}
    </ol>
  );
}
