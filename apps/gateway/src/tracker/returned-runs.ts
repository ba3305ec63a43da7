import { type Telemetry } from '#libs/observability';
import { type Dispatch } from '../ledger/outbox.js';
import { type ReturnedRun, type ReturnedStore } from '../ledger/returned-store.js';
import { type HeartbeatReader } from './heartbeat-reader.js';
import { HearingClock, isLost, type Watch, watched } from './silence.js';

const LOOK_EVERY_MS = 1_000;

export interface ReturnedRunsParts {
  readonly returned: ReturnedStore;
  readonly heartbeats: Pick<HeartbeatReader, 'listens' | 'gaps'>;
  readonly dispatch: Dispatch;
  readonly telemetry: Telemetry;
}

/**
 * Watches jobs whose message has come back while they ran. Their worker alone still has them: while it names the run
 * nothing is sent; when it is gone, the attempt is charged. Each gateway judges by what it has seen itself, without a gap.
 */
export class ReturnedRuns {
  readonly #parts: ReturnedRunsParts;
  #watches = new Map<string, Watch>();
  #clock = new HearingClock();
  #gaps = 0;
  #timer: NodeJS.Timeout | undefined;
  #looking: Promise<void> | undefined;

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
    await this.#looking;
  }

  async #look(): Promise<void> {
    const { returned, heartbeats } = this.#parts;
    if (!heartbeats.listens || heartbeats.gaps !== this.#gaps) {
      this.#gaps = heartbeats.gaps;
      this.#beginAnew();
      return;
    }
    try {
      const { runs, anyHeardAt } = await returned.read();
      const gone = this.#watch(runs, this.#clock.advance(anyHeardAt));
      if (gone.length > 0) await this.#lose(gone);
    } catch {
      this.#beginAnew(); // The ledger is away, and heartbeats with it.
    }
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
