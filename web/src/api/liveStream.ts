/** The server's word that something was stored, as a stream that is opened again whenever it ends.
 *
 * EventSource cannot send a key, so the stream is read with fetch. A tab that nobody sees holds no stream: browsers open six
 * connections to a server, and those are for the tab that is looked at.
 */

import { EventSourceParserStream } from "eventsource-parser/stream";
import { backoff_ms } from "../lib/backoff";
import { authorized, queryOf } from "./client";

/** A stream on which nothing came for this long is dead, in milliseconds; the server sends a heartbeat every 15 s. */
const SILENCE_MS = 40_000;

interface Listener {
  onChange: () => void;
  onState: (isOpen: boolean) => void;
}

/** One stream of a project's changes, held open while somebody listens and the tab is seen. */
class LiveStream {
  private readonly listeners = new Set<Listener>();
  private abort: AbortController | undefined;
  private isOpen = false;
  private wasOpen = false;

  constructor(private readonly project: string | undefined) {}

  listen(listener: Listener): () => void {
    this.listeners.add(listener);
    listener.onState(this.isOpen);
    if (this.listeners.size === 1) {
      document.addEventListener("visibilitychange", this.follow);
      this.follow();
    }
    return () => {
      this.listeners.delete(listener);
      if (this.listeners.size > 0) return;
      document.removeEventListener("visibilitychange", this.follow);
      this.stop();
      this.wasOpen = false;
    };
  }

  private readonly follow = () => {
    if (document.visibilityState === "hidden") this.stop();
    else if (this.abort === undefined) void this.run();
  };

  private stop(): void {
    this.abort?.abort();
    this.abort = undefined;
    this.setOpen(false);
  }

  private async run(): Promise<void> {
    const abort = new AbortController();
    this.abort = abort;
    let failures = 0;
    while (!abort.signal.aborted) {
      let asked_ms = 0;
      try {
        asked_ms = await this.read(abort.signal, () => {
          failures = 0;
        });
      } catch {
        // whatever it was, the answer is to wait and to try again
      }
      if (abort.signal.aborted) return;
      this.setOpen(false);
      failures += 1;
      await new Promise((resolve) => setTimeout(resolve, backoff_ms(failures, asked_ms, Math.random())));
    }
  }

  /** Read one stream to its end; returns how long the server asks to wait, in milliseconds. */
  private async read(signal: AbortSignal, onOpen: () => void): Promise<number> {
    const silence = new AbortController();
    let timer = setTimeout(() => silence.abort(), SILENCE_MS);
    try {
      const response = await fetch(`/api/v1/live${queryOf({ project: this.project })}`, {
        headers: authorized({ accept: "text/event-stream" }),
        signal: AbortSignal.any([signal, silence.signal]),
      });
      if (!response.ok || response.body === null) return Number(response.headers.get("retry-after") ?? 0) * 1000;
      const events = response.body
        .pipeThrough(new TextDecoderStream() as TransformStream<Uint8Array, string>)
        .pipeThrough(new EventSourceParserStream());
      for await (const { event } of readAll(events)) {
        clearTimeout(timer);
        timer = setTimeout(() => silence.abort(), SILENCE_MS);
        onOpen();
        // what was stored while the stream was broken is news as well; before the first one the page has just asked
        if (event === "change" || (!this.isOpen && this.wasOpen)) this.tell();
        this.wasOpen = true;
        this.setOpen(true);
      }
      return 0;
    } finally {
      clearTimeout(timer);
    }
  }

  private tell(): void {
    for (const listener of this.listeners) listener.onChange();
  }

  private setOpen(isOpen: boolean): void {
    if (isOpen === this.isOpen) return;
    this.isOpen = isOpen;
    for (const listener of this.listeners) listener.onState(isOpen);
  }
}

/** Not every browser can walk over a stream with `for await`. */
async function* readAll<T>(stream: ReadableStream<T>): AsyncGenerator<T> {
  const reader = stream.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield value;
    }
  } finally {
    void reader.cancel().catch(() => {});
  }
}

const streams = new Map<string, LiveStream>();

/** Listen to a project's changes over the tab's one stream of that project; returns how to stop. */
export function listenLive(project: string | undefined, listener: Listener): () => void {
  const name = project ?? "";
  const stream = streams.get(name) ?? new LiveStream(project);
  streams.set(name, stream);
  return stream.listen(listener);
}
