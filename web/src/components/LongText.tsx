/** Text as it was written, cut where it would drown the page until the reader asks for all of it. */

import { useState } from "react";
import { formatCount } from "../lib/format";
import styles from "./LongText.module.css";

const MOST_CHARACTERS = 6000;

export function LongText({ text, isCode = false }: { text: string; isCode?: boolean }) {
  const [isWhole, setWhole] = useState(false);
  const isCut = text.length > MOST_CHARACTERS && !isWhole;
  return (
    <>
      <div dir="auto" className={isCode ? styles.code : styles.text}>
        {isCut ? `${text.slice(0, MOST_CHARACTERS)}…` : text}
      </div>
      {isCut && (
        <button type="button" className={styles.more} onClick={() => setWhole(true)}>
          Show all {formatCount(text.length)} characters
        </button>
      )}
    </>
  );
}
