/** Text as it was written, or as Markdown, cut where it would drown the page until the reader asks for all of it. */

import { lazy, Suspense, useState } from "react";
import { formatCount } from "../lib/format";
import styles from "./LongText.module.css";

const Markdown = lazy(() => import("./Markdown"));

/** Longest text that is laid out as Markdown, in characters; a longer one would hold up the page, and is shown as written. */
const MOST_MARKDOWN = 100_000;

interface LongTextProps {
  text: string;
  isCode?: boolean;
  isMarkdown?: boolean;
  /** Characters that are shown at first. */
  characters?: number;
}

export function LongText({ text, isCode = false, isMarkdown = false, characters = 6000 }: LongTextProps) {
  const [isWhole, setWhole] = useState(false);
  const isCut = text.length > characters && !isWhole;
  const shown = isCut ? `${text.slice(0, characters)}…` : text;
  const plain = (
    <div dir="auto" className={isCode ? styles.code : styles.text}>
      {shown}
    </div>
  );
  return (
    <>
      {isMarkdown && shown.length <= MOST_MARKDOWN ? (
        <Suspense fallback={plain}>
          <Markdown text={shown} />
        </Suspense>
      ) : (
        plain
      )}
      {isCut && (
        <button type="button" className={styles.more} onClick={() => setWhole(true)}>
          Show all {formatCount(text.length)} characters
        </button>
      )}
    </>
  );
}
