import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Pacer } from "./pacer";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** A pacer over runs of `length_ms`, and when they began. */
function paced(length_ms: number) {
  const begun: number[] = [];
  const pacer = new Pacer(
    () => {
      begun.push(Date.now() - zero_ms);
      return new Promise((resolve) => setTimeout(resolve, length_ms));
    },
    () => Date.now(),
  );
  const zero_ms = Date.now();
  return { pacer, begun };
}

describe("Pacer", () => {
  it("runs at once, and once more for all that was asked meanwhile", async () => {
    const { pacer, begun } = paced(100);
    for (let count = 0; count < 3; count++) pacer.ask();
    await vi.advanceTimersByTimeAsync(50);
    for (let count = 0; count < 3; count++) pacer.ask();
    await vi.advanceTimersByTimeAsync(20_000);
    expect(begun).toEqual([0, 2100]);
  });

  it("rests longer after a long run", async () => {
    const { pacer, begun } = paced(3000);
    pacer.ask();
    await vi.advanceTimersByTimeAsync(3500);
    pacer.ask();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(begun).toEqual([0, 18_000]);
  });

  it("does nothing after it was stopped", async () => {
    const { pacer, begun } = paced(1);
    pacer.ask();
    pacer.stop();
    await vi.advanceTimersByTimeAsync(10_000);
    expect(begun).toEqual([]);
  });
});
