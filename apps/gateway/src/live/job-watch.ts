import { type JobChange } from '#libs/contracts';
import { standsAlike } from '../ledger/job-change.js';

/** Changes that wait for a slow reader; of more, the oldest go. */
const MOST_WAITING = 64;

/**
 * The changes of one job on their way to one reader, in bounded memory: the reader takes the next when it has room for it,
 * of progress that waits the latest alone is kept, and whatever is not newer than what came before is dropped.
 */
export class JobWatch {
  #waiting: JobChange[] = [];
  #newest: JobChange | undefined;
  #isOver = false;
  #wake: () => void = () => undefined;

  /** @param onDropped is told of each change that the reader will not see */
  constructor(
    readonly jobId: string,
    private readonly onDropped: () => void = () => undefined,
  ) {}

  /** True when nothing more will come. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /** What the reader knows already: older changes are none to it. */
  begin(state: JobChange): void {
    this.#newest = state;
    this.#waiting = this.#waiting.filter(({ version }) => version > state.version);
  }

  /** Adds a change, unless it is known. */
  offer(change: JobChange): void {
    if (this.#isOver || change.version <= (this.#newestVersion ?? -1)) return;
    const last = this.#waiting.at(-1);
    if (last !== undefined && standsAlike(last, change)) this.#drop(this.#waiting.length - 1);
    else if (this.#waiting.length >= MOST_WAITING) this.#drop(0);
    this.#waiting.push(change);
    this.#wake();
  }

  /** The next change; undefined when the watch is over. One reader asks at a time. */
  async next(): Promise<JobChange | undefined> {
    while (this.#waiting.length === 0 && !this.#isOver) await new Promise<void>((resolve) => (this.#wake = resolve));
    if (this.#isOver) return undefined;
    this.#newest = this.#waiting.shift();
    return this.#newest;
  }

  /** Nothing more comes, and what waits is forgotten. */
  end(): void {
    this.#isOver = true;
    this.#waiting = [];
    this.#wake();
  }

  get #newestVersion(): number | undefined {
    return (this.#waiting.at(-1) ?? this.#newest)?.version;
  }

  #drop(index: number): void {
    this.#waiting.splice(index, 1);
    this.onDropped();
  }
}
