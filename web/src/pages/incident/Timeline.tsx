/** What happened to an incident, with the team's comments among it. */

import { Button, Textarea } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { MAY_NOT_EDIT, useMay } from "../../api/asker";
import { type Incident, useComment } from "../../api/incidents";
import { useTimeZone } from "../../components/timeZone";
import { eventWords } from "../../lib/alerts/incidents";
import { formatMoment, formatUtc, toMilliseconds } from "../../lib/time";
import { ChangeProblem } from "../settings/Section";
import { useNow } from "../useNow";
import styles from "./Incident.module.css";

const MOST_LETTERS = 20_000;

export function Timeline({ incident }: { incident: Incident }) {
  const zone = useTimeZone();
  const now_ms = useNow();
  return (
    <section className={styles.part} aria-label="Timeline">
      <h2>Timeline</h2>
      <ol className={styles.timeline}>
        {incident.events.map((event) => (
          <li key={event.id} data-kind={event.kind}>
            <span className={styles.head}>
              <strong>{eventWords(event)}</strong>
              {event.author && ` by ${event.author}`}
              <time dateTime={event.at} title={formatUtc(event.at)}>
                {formatMoment(toMilliseconds(event.at), zone, now_ms)}
              </time>
            </span>
            {event.text && <p>{event.text}</p>}
          </li>
        ))}
      </ol>
      <NewComment incident={incident} />
    </section>
  );
}

function NewComment({ incident }: { incident: Incident }) {
  const comment = useComment(incident.id);
  const [text, setText] = useState("");
  const mayEdit = useMay("edit");
  const isWhole = text.trim() !== "";
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (isWhole) comment.mutate(text, { onSuccess: () => setText("") });
  };
  return (
    <form onSubmit={submit}>
      <Textarea
        size="xs"
        label="Comment"
        autosize
        minRows={2}
        maxRows={10}
        maxLength={MOST_LETTERS}
        disabled={!mayEdit}
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
      />
      <ChangeProblem error={comment.error} />
      <Button
        type="submit"
        size="xs"
        mt={6}
        variant="default"
        loading={comment.isPending}
        disabled={!mayEdit || !isWhole}
        title={mayEdit ? undefined : MAY_NOT_EDIT}
      >
        Add
      </Button>
    </form>
  );
}
