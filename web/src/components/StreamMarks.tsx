/** Marks on a bar where the chunks of a streamed answer came, and where its last token did. */

import type { Stream } from "../lib/stream";
import { drawnStretches } from "../lib/waterfall";
import styles from "./StreamMarks.module.css";

export function StreamMarks({ stream, duration_ns }: { stream: Stream; duration_ns: number }) {
  const chunks = stream.chunks_ns.map((at_ns) => ({ start_ns: at_ns, end_ns: at_ns }));
  return (
    <>
      {drawnStretches(chunks, { start_ns: 0, length_ns: duration_ns }).map((mark) => (
        <i
          key={mark.left_percent}
          className={styles.chunk}
          style={{ left: `${mark.left_percent}%`, width: `${mark.width_percent}%` }}
        />
      ))}
      {stream.is_last_known && (
        <i className={styles.last} style={{ left: `${(100 * stream.last_ns) / duration_ns}%` }} />
      )}
    </>
  );
}
