/** Where a reader says what they think: thumbs, or a name with a number, and why. */

import { ActionIcon, Button, NumberInput, SegmentedControl, Textarea, TextInput } from "@mantine/core";
import { useLocalStorage } from "@mantine/hooks";
import { IconThumbDown, IconThumbUp } from "@tabler/icons-react";
import { type FormEvent, useState } from "react";
import { useGiveScore } from "../../api/scores";
import type { SpanNode, Trace } from "../../api/types";
import { ApiError } from "../../lib/problem";
import styles from "./ScorePanel.module.css";

/** The name of the score that thumbs give: 1 for up, 0 for down. */
const THUMBS = "thumbs";

interface ScoreFormProps {
  trace: Trace;
  span: SpanNode;
  project: string | undefined;
}

export function ScoreForm({ trace, span, project }: ScoreFormProps) {
  const give = useGiveScore(project);
  const [author, setAuthor] = useLocalStorage({ key: "watchglass-author", defaultValue: "" });
  const [target, setTarget] = useState("span");
  const [thumb, setThumb] = useState<0 | 1 | null>(null);
  const [name, setName] = useState("");
  const [value, setValue] = useState<number | string>("");
  const [comment, setComment] = useState("");
  const number = thumb ?? (typeof value === "number" ? value : null);
  const isReady = number !== null || comment.trim() !== "";

  const submit = (event: FormEvent) => {
    event.preventDefault();
    give.mutate(
      {
        trace_id: trace.trace_id,
        span_id: target === "span" ? span.span_id : "",
        session_id: trace.summary.session_id,
        name: thumb !== null ? THUMBS : name.trim() || "note",
        value: number,
        comment: comment.trim(),
        source: "annotation",
        author: author.trim(),
        // a reader may think the same again another day
        time: new Date().toISOString(),
      },
      {
        onSuccess: () => {
          setThumb(null);
          setValue("");
          setComment("");
        },
      },
    );
  };

  return (
    <form className={styles.form} onSubmit={submit} aria-label="Give a score">
      <div className={styles.line}>
        <SegmentedControl
          size="xs"
          aria-label="What is judged"
          data={[
            { value: "span", label: "This span" },
            { value: "trace", label: "Whole trace" },
          ]}
          value={target}
          onChange={setTarget}
        />
        <Thumb label="Good" isOn={thumb === 1} onToggle={() => setThumb(thumb === 1 ? null : 1)} />
        <Thumb label="Bad" isOn={thumb === 0} onToggle={() => setThumb(thumb === 0 ? null : 0)} />
        {thumb === null && (
          <>
            <TextInput
              size="xs"
              className={styles.grow}
              aria-label="Name of the score"
              placeholder="or a name, such as relevance"
              maxLength={200}
              value={name}
              onChange={(event) => setName(event.currentTarget.value)}
            />
            <NumberInput
              size="xs"
              className={styles.number}
              aria-label="Number"
              placeholder="number"
              hideControls
              value={value}
              onChange={setValue}
            />
          </>
        )}
      </div>
      <Textarea
        size="xs"
        aria-label="Comment"
        placeholder="Why? (optional)"
        autosize
        minRows={1}
        maxRows={8}
        maxLength={20_000}
        value={comment}
        onChange={(event) => setComment(event.currentTarget.value)}
      />
      <div className={styles.line}>
        <TextInput
          size="xs"
          className={styles.grow}
          aria-label="Your name"
          placeholder="Your name (optional)"
          maxLength={200}
          value={author}
          onChange={(event) => setAuthor(event.currentTarget.value)}
        />
        <Button type="submit" size="xs" disabled={!isReady} loading={give.isPending}>
          Save score
        </Button>
      </div>
      {give.error && (
        <p className={styles.error} role="alert">
          {give.error instanceof ApiError && give.error.status === 403
            ? "This key may only read; give one with the scope edit to judge."
            : give.error.message}
        </p>
      )}
    </form>
  );
}

function Thumb({ label, isOn, onToggle }: { label: string; isOn: boolean; onToggle: () => void }) {
  const Sign = label === "Good" ? IconThumbUp : IconThumbDown;
  return (
    <ActionIcon
      variant={isOn ? "filled" : "default"}
      size={30}
      aria-label={label}
      title={label}
      aria-pressed={isOn}
      onClick={onToggle}
    >
      <Sign size={16} />
    </ActionIcon>
  );
}
