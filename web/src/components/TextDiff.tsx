/** Two texts as one, with what only the left has and what only the right has marked word by word. */

import { diffWordsWithSpace } from "diff";
import { useMemo } from "react";
import styles from "./TextDiff.module.css";

/** Longest text that is compared, in characters, and longest search for the differences, in milliseconds. */
const MOST_CHARACTERS = 40_000;
const MOST_MS = 500;

export default function TextDiff({ left, right }: { left: string; right: string }) {
  const pieces = useMemo(
    () => diffWordsWithSpace(left.slice(0, MOST_CHARACTERS), right.slice(0, MOST_CHARACTERS), { timeout: MOST_MS }),
    [left, right],
  );
  if (left === right) return <p className={styles.note}>The same on both sides.</p>;
  const isCut = Math.max(left.length, right.length) > MOST_CHARACTERS;
  return (
    <>
      {pieces === undefined ? (
        <p className={styles.note}>The texts have too little in common to be compared word by word.</p>
      ) : (
        <div dir="auto" className={styles.text}>
          {pieces.map((piece, index) => {
            const Tag = piece.added ? "ins" : piece.removed ? "del" : "span";
            // biome-ignore lint/suspicious/noArrayIndexKey: pieces have no id, and never change place
            return <Tag key={index}>{piece.value}</Tag>;
          })}
        </div>
      )}
      {isCut && <p className={styles.note}>Only the first 40,000 characters of each side are compared.</p>}
    </>
  );
}
