import { expect, test } from "vitest";
import { formatNats, formatProbability, levelOf, nextToken, quotedText, shownText } from "./tokens";

const nats = (probability: number) => -Math.log(probability);

test("a token's level follows its probability", () => {
  expect([1, 0.91, 0.6, 0.3, 0.1, 0.01].map((share) => levelOf(nats(share)))).toEqual([0, 0, 1, 2, 3, 4]);
  expect(levelOf(65.535)).toBe(4);
});

test("what is next to impossible is not told as nothing", () => {
  expect(formatProbability(65.535)).toBe("under 0.01%");
  expect(formatProbability(0)).toBe("100%");
  expect(formatNats(0.69312)).toBe("0.693 nats");
});

test("white space is seen", () => {
  expect(shownText("a\n\tb\r")).toBe("a⏎\n⇥\tb␍");
  expect(quotedText("\n ")).toBe("“⏎ ”");
});

test("the keys go by one, to the ends, and from surprise to surprise", () => {
  const surprisals = [0, nats(0.1), 0, nats(0.01), 0];
  const go = (key: string, at: number) => nextToken(key, at, surprisals);
  expect([go("ArrowRight", 1), go("ArrowRight", 4), go("ArrowLeft", 0), go("Home", 3), go("End", 0)]).toEqual([
    2, 4, 0, 0, 4,
  ]);
  expect([go("ArrowDown", -1), go("ArrowDown", 1), go("ArrowDown", 3), go("ArrowUp", 3), go("ArrowUp", 1)]).toEqual([
    1,
    3,
    null,
    1,
    null,
  ]);
  expect(go("x", 0)).toBeNull();
});
