/** Text as it was written, cut where it would drown the page until the reader asks for all of it. */

import { useState } from "react";
import { formatCount } from "../lib/format";
import styles from "./LongText.module.css";

interface LongTextProps {
  text: string;
  isCode?: boolean;
  /** Characters that are shown at first. */
  characters?: number;
}

export function LongText({ text, isCode = false, characters = 6000 }: LongTextProps) {
  const [isWhole, setWhole] = useState(false);
  const isCut = text.length > characters && !isWhole;
  return (
    <>
      <div dir="auto" className={isCode ? styles.code : styles.text}>
        {isCut ? `${text.slice(0, characters)}…` : text}
      </div>
      {isCut && (
        <button type="button" className={styles.more} onClick={() => setWhole(true)}>
          Show all {formatCount(text.length)} characters
        </button>
      )}
    </>
  );
}
