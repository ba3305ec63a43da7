import { setTimeout as delay } from 'node:timers/promises';
import { Batcher } from '#libs/batching';
import { workEntryOf } from './accepted-job.js';
import { LedgerBusyError } from './acceptance-error.js';
import { blamesContent, type Database } from './database.js';
import { heldOf, loadOf } from './job-insert.js';
import { enterKeyed, type KeyedJob, type KeyedOutcome, refusalOf } from './keyed-entry.js';
import { bytesOf } from './job-insert.js';
import { type Dispatch } from './outbox.js';
import { CLAIM_MS } from './outbox-store.js';
import { UNREACHABLE_FOR_MS, writePatiently } from './patience.js';

/** Each holds locks of its keys: a few at a time keep their number far below what the database has room for. */
const AT_ONCE = 100;
const WAITING_JOBS = 5_000;
const WAITING_BYTES = 64 * 1024 * 1024;
const CONTENDED_PAUSE_MS = 20;

interface Entering extends KeyedJob {
  readonly giveUpAt: number;
}

/** What came of a keyed job: its own row, or the id of the job that stands for it. */
export type KeyedResult = Extract<KeyedOutcome, { kind: 'entered' | 'standing' }>;

/** Enters jobs that have a key. Concurrent calls share a transaction. */
export class KeyedJobs {
  readonly #database: Database;
  readonly #dispatch: Dispatch;
  readonly #entering: Batcher<Entering, KeyedOutcome>;

  constructor(database: Database, dispatch: Dispatch) {
    this.#database = database;
    this.#dispatch = dispatch;
    this.#entering = new Batcher((entering) => this.#write(entering), blamesContent, {
      maxItems: AT_ONCE,
      sizeOf: ({ job }) => bytesOf(job),
      maxWaitingItems: WAITING_JOBS,
      maxWaitingBytes: WAITING_BYTES,
    });
  }

  /**
   * Enters a job, unless one stands for it. While somebody else decides about its unique key it waits.
   * @throws IdempotencyError when its request cannot be taken because of its key
   */
  async enter(keyed: KeyedJob): Promise<KeyedResult> {
    const giveUpAt = Date.now() + UNREACHABLE_FOR_MS;
    while (Date.now() < giveUpAt) {
      const outcome = await this.#entering.add({ giveUpAt, ...keyed });
      if (outcome.kind === 'entered' || outcome.kind === 'standing') return outcome;
      const refusal = refusalOf(outcome);
      if (refusal !== undefined) throw refusal;
      await delay(CONTENDED_PAUSE_MS);
    }
    throw new LedgerBusyError('Others decide about the unique key of the job all the time.');
  }

  async #write(entering: readonly Entering[]): Promise<readonly KeyedOutcome[]> {
    const giveUpAt = Math.min(...entering.map((one) => one.giveUpAt));
    return writePatiently(giveUpAt, async () => {
      const jobs = entering.map(({ job }) => job);
      const held = heldOf(jobs, this.#dispatch);
      const direct = this.#dispatch.takes(loadOf(jobs, held));
      const outcomes = await this.#database.transaction((transaction) =>
        enterKeyed(transaction, entering, { claimMs: direct ? CLAIM_MS : 0, dueWaits: true, held }),
      );
      this.#dispatch.holds(held);
      const rows = outcomes.map((outcome) => (outcome.kind === 'entered' ? outcome.row : undefined));
      if (direct) this.#dispatch.send(entering.flatMap(({ job }, index) => workEntryOf(job, rows[index])));
      else this.#dispatch.wake();
      return outcomes;
    });
  }
}
