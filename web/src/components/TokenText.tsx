/** An answer's tokens as text, coloured by how much each surprised the model; the one under the pointer or the keys is told. */

import { type KeyboardEvent, type PointerEvent, useId, useState } from "react";
import type { Token } from "../api/types";
import { formatCount } from "../lib/format";
import { formatNats, formatProbability, LEVELS, levelOf, nextToken, quotedText, shownText } from "../lib/tokens";
import styles from "./TokenText.module.css";

export function TokenText({ tokens }: { tokens: readonly Token[] }) {
  const [chosen, setChosen] = useState(-1);
  const id = useId();
  const token = tokens[chosen];

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const surprisals = tokens.map((one) => one.surprisal_nats);
    const next = nextToken(event.key, chosen, surprisals);
    if (next === null) return;
    event.preventDefault();
    setChosen(next);
    document.getElementById(`${id}-${next}`)?.scrollIntoView?.({ block: "nearest" });
  };
  const onPointerOver = (event: PointerEvent) => {
    const index = (event.target as HTMLElement).dataset.index;
    if (index !== undefined) setChosen(Number(index));
  };

  return (
    <div>
      <Legend />
      <div className={styles.told} aria-live="polite">
        {token === undefined ? (
          <p className={styles.hint}>
            Point at a token, or go with the arrow keys: left and right by one, up and down to those that surprised.
          </p>
        ) : (
          <Told token={token} place={chosen + 1} />
        )}
      </div>
      <div
        className={styles.text}
        role="listbox"
        aria-label="Tokens of the answer"
        aria-orientation="horizontal"
        aria-activedescendant={chosen < 0 ? undefined : `${id}-${chosen}`}
        tabIndex={0}
        onKeyDown={onKeyDown}
        onPointerOver={onPointerOver}
        onClick={onPointerOver as never}
        onFocus={() => setChosen((at) => Math.max(at, 0))}
        dir="auto"
      >
        {tokens.map((one, index) => (
          <span
            // biome-ignore lint/suspicious/noArrayIndexKey: tokens never move, and repeat
            key={index}
            id={`${id}-${index}`}
            role="option"
            aria-selected={index === chosen}
            aria-label={`${quotedText(one.text)}, ${formatProbability(one.surprisal_nats)}`}
            data-index={index}
            data-level={levelOf(one.surprisal_nats)}
            className={styles.token}
          >
            {shownText(one.text)}
          </span>
        ))}
      </div>
    </div>
  );
}

function Legend() {
  return (
    <ul className={styles.legend} aria-label="Probability of a token">
      {LEVELS.map((level, index) => (
        <li key={level.words}>
          <span className={styles.token} data-level={index} aria-hidden>
            Aa
          </span>
          {level.words}
        </li>
      ))}
    </ul>
  );
}

function Told({ token, place }: { token: Token; place: number }) {
  return (
    <>
      <p className={styles.head}>
        <span>
          Token {formatCount(place)} <code>{quotedText(token.text)}</code>
        </span>
        <span>{formatProbability(token.surprisal_nats)} probable</span>
        <span>surprisal {formatNats(token.surprisal_nats)}</span>
        {token.entropy_nats !== null && <span>entropy {formatNats(token.entropy_nats)}</span>}
      </p>
      {token.alternatives.length > 0 && (
        <ol className={styles.alternatives} aria-label="Likeliest tokens here">
          {token.alternatives.map((one) => (
            <li key={one.text} data-said={one.text === token.text || undefined}>
              <code>{quotedText(one.text)}</code>
              <span className={styles.bar} aria-hidden>
                <span style={{ width: `${100 * Math.exp(-one.surprisal_nats)}%` }} />
              </span>
              <span className={styles.share}>{formatProbability(one.surprisal_nats)}</span>
            </li>
          ))}
        </ol>
      )}
    </>
  );
}
