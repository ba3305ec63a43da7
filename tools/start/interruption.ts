import { type Problem } from '../console/problem.js';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
/** A terminal and npm both send the signal of one Ctrl-C. */
const SAME_SIGNAL_WITHIN_MS = 1_000;

/** Why the launcher ends: the first signal asks it to drain, a second one to force the end, or something failed for good. */
export class Interruption {
  /** Resolves at the first signal; rejects with what failed. */
  readonly stopped: Promise<void>;
  /** Aborted at the first signal. */
  readonly signal: AbortSignal;
  private firstAt: number | undefined;
  private force: () => Promise<void> = () => Promise.resolve();
  private reject: (problem: Problem) => void = () => undefined;

  constructor() {
    const controller = new AbortController();
    this.signal = controller.signal;
    this.stopped = new Promise((resolve, reject) => {
      this.reject = reject;
      for (const signal of SIGNALS) {
        process.on(signal, () => {
          controller.abort();
          this.onSignal(resolve);
        });
      }
    });
    // Who waits for it later must not be overtaken by Node's own end on an unhandled rejection.
    this.stopped.catch(() => undefined);
  }

  /** What a second signal does. */
  onForce(force: () => Promise<void>): void {
    this.force = force;
  }

  fail(problem: Problem): void {
    this.reject(problem);
  }

  private onSignal(resolve: () => void): void {
    if (this.firstAt === undefined) {
      this.firstAt = Date.now();
      resolve();
    } else if (Date.now() - this.firstAt > SAME_SIGNAL_WITHIN_MS) {
      void this.force();
    }
  }
}
