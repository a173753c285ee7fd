/** Whether the list fills by itself: a calm dot when it does, and the reason when it does not. */

import { Button } from "@mantine/core";
import styles from "./LiveToggle.module.css";

export type LiveState = "live" | "held" | "paused" | "broken" | "past";

const WORDS: Record<LiveState, [label: string, title: string]> = {
  live: ["Live", "New traces appear by themselves; press to pause"],
  held: ["Live", "Held while you are scrolled down; new traces wait above"],
  paused: ["Paused", "Press to let new traces appear again"],
  broken: ["Retrying", "The server does not answer; it is asked again in a moment"],
  past: ["Fixed range", "This range has ended, so nothing new can appear"],
};

interface LiveToggleProps {
  state: LiveState;
  onToggle: (isLive: boolean) => void;
}

export function LiveToggle({ state, onToggle }: LiveToggleProps) {
  const [label, title] = WORDS[state];
  const isOn = state !== "paused" && state !== "past";
  return (
    <Button
      size="xs"
      variant="default"
      title={title}
      aria-pressed={isOn}
      disabled={state === "past"}
      leftSection={<span className={styles.dot} data-state={state} />}
      onClick={() => onToggle(!isOn)}
    >
      {label}
    </Button>
  );
}
