import { type Telemetry } from '#libs/observability';
import { type Dispatch } from '../ledger/outbox.js';
import { type ReturnedRun, type ReturnedStore } from '../ledger/returned-store.js';
import { type Marker } from '../reconciler/marker.js';
import { type HeartbeatReader } from './heartbeat-reader.js';
import { HearingClock, isLost, type Watch, watched } from './silence.js';

const LOOK_EVERY_MS = 1_000;

export interface ReturnedRunsParts {
  readonly returned: ReturnedStore;
  readonly heartbeats: Pick<HeartbeatReader, 'listens' | 'gaps'>;
  readonly marker: Pick<Marker, 'knownUpTo'>;
  readonly dispatch: Pick<Dispatch, 'wake'>;
  readonly telemetry: Telemetry;
}

/**
 * Watches jobs whose message has come back while they ran. Their worker alone still has them: while it names the run
 * nothing is sent; when it is gone, the attempt is charged. Each gateway judges by what it has seen itself, without a gap.
 *
 * A worker may have ended a run just before it fell silent. So nobody is judged before everything that was reported by then
 * is in the ledger: while the trackers are behind, the verdict waits.
 */
export class ReturnedRuns {
  readonly #parts: ReturnedRunsParts;
  #watches = new Map<string, Watch>();
  #clock = new HearingClock();
  #gaps = 0;
  #timer: NodeJS.Timeout | undefined;
  #looking: Promise<void> | undefined;
  readonly #ended = new AbortController();

  constructor(parts: ReturnedRunsParts) {
    this.#parts = parts;
  }

  start(): void {
    this.#timer = setInterval(() => {
      this.#looking ??= this.#look().finally(() => (this.#looking = undefined));
    }, LOOK_EVERY_MS).unref();
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    this.#ended.abort();
    await this.#looking;
  }

  async #look(): Promise<void> {
    try {
      const gone = await this.#gone();
      if (gone.length === 0 || !(await this.#isEverythingKnown())) return;
      const still = new Map((await this.#gone()).map(({ job, run }) => [job, run]));
      await this.#lose(gone.filter(({ job, run }) => still.get(job) === run));
    } catch {
      this.#beginAnew(); // The ledger is away, and heartbeats with it; or this gateway stops.
    }
  }

  /** Whether all is in the ledger that had been reported when this was asked. */
  async #isEverythingKnown(): Promise<boolean> {
    return (await this.#parts.marker.knownUpTo(this.#ended.signal)) !== undefined;
  }

  async #gone(): Promise<readonly ReturnedRun[]> {
    const { heartbeats, returned } = this.#parts;
    if (!heartbeats.listens || heartbeats.gaps !== this.#gaps) {
      this.#gaps = heartbeats.gaps;
      this.#beginAnew();
      return [];
    }
    const { runs, anyHeardAt } = await returned.read();
    return this.#watch(runs, this.#clock.advance(anyHeardAt));
  }

  #watch(runs: readonly ReturnedRun[], elapsedMs: number): ReturnedRun[] {
    const before = this.#watches;
    this.#watches = new Map(runs.map((run) => [run.job, watched(before.get(run.job), run, elapsedMs)]));
    return runs.filter(({ job }) => {
      const watch = this.#watches.get(job);
      return watch !== undefined && isLost(watch);
    });
  }

  async #lose(gone: readonly ReturnedRun[]): Promise<void> {
    if (gone.length === 0) return;
    const count = await this.#parts.returned.lose(gone);
    if (count === 0) return;
    this.#parts.telemetry.emit('runs.lost', { count });
    this.#parts.dispatch.wake();
  }

  #beginAnew(): void {
    this.#watches = new Map();
    this.#clock = new HearingClock();
  }
}
