import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { listenLive } from "./liveStream";

/** A server whose streams the test writes; `answers` are the streams that were asked for, in order. */
function served() {
  const answers: { address: string; send: (event: string) => void; end: () => void }[] = [];
  vi.spyOn(globalThis, "fetch").mockImplementation(async (address, init) => {
    let sink: ReadableStreamDefaultController<Uint8Array> | undefined;
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => {
        sink = controller;
        init?.signal?.addEventListener("abort", () => controller.error(new DOMException("aborted", "AbortError")));
      },
    });
    answers.push({
      address: String(address),
      send: (event) => sink?.enqueue(new TextEncoder().encode(`event: ${event}\ndata: {}\n\n`)),
      end: () => sink?.close(),
    });
    return new Response(body);
  });
  return answers;
}

const settled = () => vi.advanceTimersByTimeAsync(10);

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe("listenLive", () => {
  it("tells of changes, of nothing at first, and of what may have come while the stream was broken", async () => {
    const answers = served();
    const states: boolean[] = [];
    let changes = 0;
    const stop = listenLive("a b", { onChange: () => changes++, onState: (isOpen) => states.push(isOpen) });
    await settled();
    expect(answers[0]?.address).toBe("/api/v1/live?project=a+b");
    answers[0]?.send("open");
    await settled();
    expect([changes, states.at(-1)]).toEqual([0, true]);
    answers[0]?.send("heartbeat");
    answers[0]?.send("change");
    await settled();
    expect(changes).toBe(1);
    answers[0]?.end();
    await settled();
    expect(states.at(-1)).toBe(false);
    await vi.advanceTimersByTimeAsync(2000);
    expect(answers).toHaveLength(2);
    answers[1]?.send("open");
    await settled();
    expect([changes, states.at(-1)]).toEqual([2, true]);
    stop();
  });

  it("is one stream for all listeners of a project, and none when the last one has gone", async () => {
    const answers = served();
    const nothing = { onChange: () => {}, onState: () => {} };
    const stops = [listenLive("p", nothing), listenLive("p", nothing)];
    await settled();
    expect(answers).toHaveLength(1);
    for (const stop of stops) stop();
    await vi.advanceTimersByTimeAsync(120_000);
    expect(answers).toHaveLength(1);
  });

  it("takes a stream on which nothing comes for dead", async () => {
    const answers = served();
    const stop = listenLive("q", { onChange: () => {}, onState: () => {} });
    await settled();
    answers[0]?.send("open");
    await vi.advanceTimersByTimeAsync(45_000);
    expect(answers).toHaveLength(2);
    stop();
  });

  it("comes back when the server said, and not before", async () => {
    const fetch = vi
      .spyOn(globalThis, "fetch")
      .mockImplementation(async () => new Response("", { status: 503, headers: { "retry-after": "10" } }));
    const stop = listenLive("r", { onChange: () => {}, onState: () => {} });
    await vi.advanceTimersByTimeAsync(9_000);
    expect(fetch).toHaveBeenCalledTimes(1);
    await vi.advanceTimersByTimeAsync(8_000);
    expect(fetch).toHaveBeenCalledTimes(2);
    stop();
  });
});
