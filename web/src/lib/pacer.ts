/** Runs something after it was asked for, never twice at once, with a rest in between that grows with how long it takes. */

/** Shortest rest, in milliseconds. */
const LEAST_MS = 2_000;

/** The rest as a multiple of the run before it, so that a slow store is not asked without end. */
const REST = 5;

export class Pacer {
  private timer: ReturnType<typeof setTimeout> | undefined;
  private isRunning = false;
  private isAsked = false;
  private next_ms = 0;

  /** @param now_ms a clock that never goes back */
  constructor(
    private readonly run: () => Promise<unknown>,
    private readonly now_ms: () => number = () => performance.now(),
  ) {}

  /** Run as soon as the rest is over; being asked again before that changes nothing. */
  ask(): void {
    if (this.isRunning) this.isAsked = true;
    else this.timer ??= setTimeout(() => void this.begin(), Math.max(0, this.next_ms - this.now_ms()));
  }

  /** Do not run what was asked for. */
  stop(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.isAsked = false;
  }

  private async begin(): Promise<void> {
    this.timer = undefined;
    this.isRunning = true;
    const started_ms = this.now_ms();
    try {
      await this.run();
    } finally {
      const ended_ms = this.now_ms();
      this.next_ms = ended_ms + Math.max(LEAST_MS, REST * (ended_ms - started_ms));
      this.isRunning = false;
      if (this.isAsked) {
        this.isAsked = false;
        this.ask();
      }
    }
  }
}
