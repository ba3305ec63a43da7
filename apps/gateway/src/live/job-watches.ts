import { type JobChange } from '#libs/contracts';
import { type Telemetry } from '#libs/observability';
import { type ChangeStore } from '../ledger/change-store.js';
import { LedgerUnavailableError } from '../ledger/database.js';
import { JobWatch } from './job-watch.js';

/** What a lost message or a lost answer of the database has kept from readers reaches them within this time. */
const LOOK_EVERY_MS = 5_000;
const LOOKED_AT_ONCE = 1_000;

export interface JobWatchesParts {
  readonly changes: Pick<ChangeStore, 'read'>;
  readonly telemetry: Telemetry;
  /** @default 5_000 */
  readonly lookEveryMs?: number;
}

/**
 * The watches of this gateway. Changes come from whoever has committed them, here or in another gateway; as a message may
 * be lost, what the ledger says of the watched jobs is looked at now and then.
 */
export class JobWatches {
  readonly #parts: JobWatchesParts;
  readonly #watches = new Map<string, Set<JobWatch>>();
  readonly #looking: NodeJS.Timeout;
  #isLooking = false;
  #isClosed = false;

  constructor(parts: JobWatchesParts) {
    this.#parts = parts;
    this.#looking = setInterval(() => void this.#look(), parts.lookEveryMs ?? LOOK_EVERY_MS).unref();
  }

  /** Begins to keep the changes of a job for one reader. To be called before the job is read, so that none is missed. */
  open(jobId: string): JobWatch {
    const watch = new JobWatch(jobId, () => this.#parts.telemetry.emit('live.coalesced', {}));
    if (this.#isClosed) watch.end();
    else this.#watches.set(jobId, (this.#watches.get(jobId) ?? new Set()).add(watch));
    return watch;
  }

  /** Ends a watch. Idempotent. */
  close(watch: JobWatch): void {
    watch.end();
    const watches = this.#watches.get(watch.jobId);
    watches?.delete(watch);
    if (watches?.size === 0) this.#watches.delete(watch.jobId);
  }

  /** Hands changes to the readers of their jobs. */
  take(changes: readonly JobChange[]): void {
    if (this.#watches.size === 0) return;
    for (const change of changes) for (const watch of this.#watches.get(change.id) ?? []) watch.offer(change);
  }

  /** Ends every watch, and those that are begun later. */
  end(): void {
    this.#isClosed = true;
    clearInterval(this.#looking);
    for (const watches of [...this.#watches.values()]) for (const watch of [...watches]) this.close(watch);
  }

  async #look(): Promise<void> {
    if (this.#isLooking || this.#watches.size === 0) return;
    this.#isLooking = true;
    try {
      const ids = [...this.#watches.keys()];
      for (let at = 0; at < ids.length; at += LOOKED_AT_ONCE) await this.#lookAt(ids.slice(at, at + LOOKED_AT_ONCE));
    } catch (error) {
      // The next look is soon.
      if (!(error instanceof LedgerUnavailableError))
        this.#parts.telemetry.emit('live.failed', { where: 'look', error });
    } finally {
      this.#isLooking = false;
    }
  }

  /** A job that is gone was final; its readers hear no more of it. */
  async #lookAt(ids: readonly string[]): Promise<void> {
    const found = await this.#parts.changes.read(ids);
    this.take(found);
    const there = new Set(found.map(({ id }) => id));
    for (const id of ids) {
      if (!there.has(id)) for (const watch of [...(this.#watches.get(id) ?? [])]) this.close(watch);
    }
  }
}
