import { clippedText, LIMITS, type ProgressReport } from '#libs/contracts';
import { shownText } from './shown-text.js';

const WINDOW_MS = 1_000 / LIMITS.progressPerSecond;
/** A report may be lost on its way, and the next may be long in coming. */
const AGAIN_EVERY_MS = 5_000;

/**
 * Progress of one run: never falling, at most five reports a second from its start on, the latest wins and is told again until a
 * newer one comes. What waits when the run ends is dropped, so one that is over in a fifth of a second tells its end alone.
 */
export class ProgressTeller {
  readonly #tell: (progress: Pick<ProgressReport, 'seq' | 'percent' | 'message'>) => void;
  readonly #begunAt = performance.now();
  #seq = 0;
  #percent = 0;
  #message: string | null = null;
  #changed = false;
  #inWindow = false;
  #next: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(tell: (progress: Pick<ProgressReport, 'seq' | 'percent' | 'message'>) => void) {
    this.#tell = tell;
  }

  /** A percentage that is no number leaves the last one as it is. */
  report(percent: number, message: string | undefined): void {
    if (Number.isFinite(percent)) this.#percent = Math.max(this.#percent, Math.min(percent, 100));
    this.#message = message === undefined ? null : clippedText(shownText(message), LIMITS.progressMessage);
    this.#changed = true;
    if (this.#inWindow) return;
    const rest = this.#begunAt + WINDOW_MS - performance.now();
    if (rest > 0) this.#wait(rest);
    else this.#send();
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#next);
  }

  #send(): void {
    if (this.#closed) return;
    this.#changed = false;
    this.#seq += 1;
    this.#say();
    this.#wait(WINDOW_MS);
  }

  #wait(ms: number): void {
    if (this.#closed) return;
    this.#inWindow = true;
    this.#after(ms, () => this.#endWindow());
  }

  #endWindow(): void {
    this.#inWindow = false;
    if (this.#changed) this.#send();
    else this.#after(AGAIN_EVERY_MS, () => this.#sayAgain());
  }

  #sayAgain(): void {
    this.#say();
    this.#after(AGAIN_EVERY_MS, () => this.#sayAgain());
  }

  #say(): void {
    this.#tell({ seq: this.#seq, percent: this.#percent, message: this.#message });
  }

  #after(ms: number, act: () => void): void {
    clearTimeout(this.#next);
    this.#next = setTimeout(act, ms).unref();
  }
}
