/** How a streamed answer came, on one line: the wait, the first token, the chunks, the last token. */

import type { CSSProperties } from "react";
import { formatDuration, formatPlural } from "../lib/format";
import type { Stream } from "../lib/stream";
import { StreamMarks } from "./StreamMarks";
import styles from "./StreamTimeline.module.css";

export function StreamTimeline({ stream, duration_ns }: { stream: Stream; duration_ns: number }) {
  const { first_ns, last_ns, is_last_known, chunks_ns } = stream;
  const words = [
    `first token at +${formatDuration(first_ns)}`,
    is_last_known ? `last token at +${formatDuration(last_ns)}` : `ended at +${formatDuration(duration_ns)}`,
    chunks_ns.length > 1 ? formatPlural(chunks_ns.length, "chunk") : "",
  ].filter(Boolean);
  const style = { "--first": `${(100 * first_ns) / duration_ns}%` } as CSSProperties;
  return (
    <figure className={styles.timeline}>
      <div className={styles.bar} style={style} aria-hidden>
        <StreamMarks stream={stream} duration_ns={duration_ns} />
      </div>
      <figcaption>Stream: {words.join(" · ")}</figcaption>
    </figure>
  );
}
