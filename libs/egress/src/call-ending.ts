import { EventEmitter } from 'node:events';

/**
 * When a call has to end at the latest: when its job is to stop, or when its time is over. Then it emits `abort`, which an
 * undici request takes as it takes a signal, at a fraction of what one costs. Is let go when the call has ended.
 */
export class CallEnding extends EventEmitter {
  readonly #timer: NodeJS.Timeout;
  readonly #stop: () => void;
  #isOver = false;
  #isLate = false;

  /** @param job not aborted yet */
  constructor(
    private readonly job: AbortSignal,
    totalMs: number,
  ) {
    super();
    this.#stop = () => {
      this.#isOver = true;
      this.emit('abort');
    };
    this.#timer = setTimeout(() => {
      this.#isLate = true;
      this.#stop();
    }, totalMs).unref();
    job.addEventListener('abort', this.#stop);
  }

  /** True when nothing of the call may begin any more: undici asks before it begins a request. */
  get aborted(): boolean {
    return this.#isOver;
  }

  /** True when the time is over. */
  get isLate(): boolean {
    return this.#isLate;
  }

  /**
   * What becomes of a request. When the call has to end, that at once: undici ends a request only when its connection is there or
   * has failed.
   * @throws as `asked`, or an error without a meaning of its own when the call has to end
   */
  sooner<T>(asked: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      const end = (): void => {
        reject(new Error('The call has to end.'));
      };
      this.once('abort', end);
      asked.finally(() => this.off('abort', end)).then(resolve, reject);
    });
  }

  letGo(): void {
    clearTimeout(this.#timer);
    this.job.removeEventListener('abort', this.#stop);
  }
}
