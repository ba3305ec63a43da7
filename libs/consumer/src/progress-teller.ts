import { clippedText, LIMITS, type ProgressReport } from '#libs/contracts';
import { shownText } from './shown-text.js';

const WINDOW_MS = 1_000 / LIMITS.progressPerSecond;

/** Progress of one run: never falling, at most five a second, the latest wins. What waits when the run ends is dropped. */
export class ProgressTeller {
  readonly #tell: (progress: Pick<ProgressReport, 'seq' | 'percent' | 'message'>) => void;
  #seq = 0;
  #percent = 0;
  #message: string | null = null;
  #changed = false;
  #window: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(tell: (progress: Pick<ProgressReport, 'seq' | 'percent' | 'message'>) => void) {
    this.#tell = tell;
  }

  /** A percentage that is no number leaves the last one as it is. */
  report(percent: number, message: string | undefined): void {
    if (Number.isFinite(percent)) this.#percent = Math.max(this.#percent, Math.min(percent, 100));
    this.#message = message === undefined ? null : clippedText(shownText(message), LIMITS.progressMessage);
    this.#changed = true;
    if (this.#window === undefined) this.#send();
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#window);
  }

  #send(): void {
    this.#window = undefined;
    if (!this.#changed || this.#closed) return;
    this.#changed = false;
    this.#seq += 1;
    this.#tell({ seq: this.#seq, percent: this.#percent, message: this.#message });
    this.#window = setTimeout(() => {
      this.#send();
    }, WINDOW_MS).unref();
  }
}
