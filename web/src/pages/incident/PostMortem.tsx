/** What the team learnt from an incident: Markdown, shown without HTML and without loading anything. */

import { Button, Group, Textarea } from "@mantine/core";
import { useState } from "react";
import { MAY_NOT_EDIT, useMay } from "../../api/asker";
import { type Incident, useChangeIncident } from "../../api/incidents";
import { LongText } from "../../components/LongText";
import { ChangeProblem } from "../settings/Section";
import styles from "./Incident.module.css";

const MOST_LETTERS = 200_000;

const OUTLINE = `## What happened

## Why

## What we do about it
`;

export function PostMortem({ incident }: { incident: Incident }) {
  const change = useChangeIncident(incident.id);
  const mayEdit = useMay("edit");
  const [draft, setDraft] = useState<string | null>(null);
  if (draft === null) {
    return (
      <section className={styles.part}>
        <h2>Post-mortem</h2>
        {incident.post_mortem ? (
          <LongText text={incident.post_mortem} isMarkdown />
        ) : (
          <p className={styles.words}>
            Nothing is written yet. What is written here is exported with the timeline as Markdown.
          </p>
        )}
        <Button
          size="xs"
          variant="default"
          disabled={!mayEdit}
          title={mayEdit ? undefined : MAY_NOT_EDIT}
          onClick={() => setDraft(incident.post_mortem || OUTLINE)}
        >
          {incident.post_mortem ? "Change it" : "Write it"}
        </Button>
      </section>
    );
  }
  return (
    <section className={styles.part}>
      <h2>Post-mortem</h2>
      <Textarea
        size="xs"
        aria-label="Post-mortem, Markdown"
        autosize
        minRows={10}
        maxRows={30}
        maxLength={MOST_LETTERS}
        value={draft}
        onChange={(event) => setDraft(event.currentTarget.value)}
      />
      <ChangeProblem error={change.error} />
      <Group gap={8} mt={8}>
        <Button
          size="xs"
          loading={change.isPending}
          onClick={() => change.mutate({ post_mortem: draft }, { onSuccess: () => setDraft(null) })}
        >
          Save
        </Button>
        <Button size="xs" variant="default" onClick={() => setDraft(null)}>
          Cancel
        </Button>
      </Group>
    </section>
  );
}
