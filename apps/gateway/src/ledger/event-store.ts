import { Batcher, BatcherFullError } from '#libs/batching';
import { JobUnconfirmedError, LedgerBusyError } from './acceptance-error.js';
import { idempotencyLock, tryLocks } from './advisory-locks.js';
import { blamesContent, type Database, LedgerUnavailableError } from './database.js';
import { insertEvents } from './event-insert.js';
import { enterFacts } from './fact-store.js';
import { type NewEvent, type TakenEvent } from './event-row.js';
import { IdempotencyError, type IdempotencyKey, matching, readKeys, writeKeys } from './idempotency.js';
import { type Dispatch } from './outbox.js';
import { type OutboxRoom } from './outbox-room.js';
import { UNREACHABLE_FOR_MS, writePatiently } from './patience.js';

interface Parts {
  readonly dispatch: Pick<Dispatch, 'wake'>;
  readonly room: Pick<OutboxRoom, 'admit'>;
}

/** An event on its way in, and when its sender is told that it could not be taken, by this process's clock. */
interface Entering {
  readonly event: NewEvent;
  readonly giveUpAt: number;
}

const WAITING_EVENTS = 5_000;
const WAITING_BYTES = 64 * 1024 * 1024;

/**
 * Takes events in, each once. The jobs that triggers make of them are entered afterwards, by whichever gateway comes first: see
 * `FiringStore`.
 */
export class EventStore {
  readonly #database: Database;
  readonly #dispatch: Parts['dispatch'];
  readonly #room: Parts['room'];
  readonly #taking: Batcher<Entering, TakenEvent>;
  readonly #listeners = new Set<() => void>();

  constructor(database: Database, { dispatch, room }: Parts) {
    this.#database = database;
    this.#dispatch = dispatch;
    this.#room = room;
    this.#taking = new Batcher((entering) => this.#write(entering), blamesContent, {
      sizeOf: ({ event }) => event.data.length,
      maxWaitingItems: WAITING_EVENTS,
      maxWaitingBytes: WAITING_BYTES,
    });
  }

  /** Calls back when events have been committed whose triggers are to fire. */
  onTaken(listener: () => void): void {
    this.#listeners.add(listener);
  }

  /**
   * Takes an event in that came by HTTP. When this resolves it is committed, and its triggers
   * will fire.
   * @throws OutboxFullError when too much waits for the broker
   * @throws LedgerBusyError when too many events wait to be stored; neither error leaves an event behind
   * @throws JobUnconfirmedError when the database did not confirm it; the event may be there all the same
   * @throws IdempotencyError when the request cannot be taken because of its key
   */
  async publish(event: NewEvent, key: IdempotencyKey | null): Promise<TakenEvent & { readonly repeated: boolean }> {
    const entered = this.#room.admit(event.data.length);
    try {
      if (key === null) return { ...(await this.take(event)), repeated: false };
      const taken = await this.#once(event, key);
      this.#tell(taken);
      return taken;
    } catch (error) {
      if (error instanceof BatcherFullError) throw new LedgerBusyError(error.message);
      if (error instanceof LedgerUnavailableError) throw new JobUnconfirmedError(error.message, { cause: error });
      throw error;
    } finally {
      entered();
    }
  }

  /** Takes an event in that came by the broker. */
  async take(event: NewEvent): Promise<TakenEvent> {
    const taken = await this.#taking.add({ event, giveUpAt: Date.now() + UNREACHABLE_FOR_MS });
    this.#tell(taken);
    return taken;
  }

  /** Takes in up to `limit` ends of jobs that a trigger may want. Returns how many were looked at. */
  async takeFacts(limit: number): Promise<number> {
    const facts = await this.#database.transaction((transaction) => enterFacts(transaction, limit));
    if (facts > 0) this.#fire();
    return facts;
  }

  #tell({ isNew }: TakenEvent): void {
    if (!isNew) return;
    this.#dispatch.wake();
    this.#fire();
  }

  #fire(): void {
    for (const listener of this.#listeners) listener();
  }

  async #once(event: NewEvent, key: IdempotencyKey): Promise<TakenEvent & { readonly repeated: boolean }> {
    return this.#database.transaction(async (transaction) => {
      const lock = idempotencyLock(key.tenant, key.key);
      if (!(await tryLocks(transaction, [lock])).has(lock)) throw new IdempotencyError('being_stored');
      const [known] = await readKeys(transaction, [key]);
      if (known !== undefined) return { ...repeatedOf(matching(key, known).answer), repeated: true };
      const [taken] = await insertEvents(transaction, [event]);
      if (taken === undefined) throw new Error(`The event ${event.id} was taken in and is not there.`);
      await writeKeys(transaction, [{ key, made: event.uid, answer: taken }]);
      return { ...taken, repeated: false };
    });
  }

  async #write(entering: readonly Entering[]): Promise<readonly TakenEvent[]> {
    const giveUpAt = Math.min(...entering.map((one) => one.giveUpAt));
    const events = entering.map(({ event }) => event);
    return writePatiently(giveUpAt, () => insertEvents(this.#database, events));
  }
}

/** The first answer, as it was kept. */
function repeatedOf(answer: unknown): TakenEvent {
  const kept = answer as Omit<TakenEvent, 'receivedAt'> & { readonly receivedAt: string };
  return { ...kept, receivedAt: new Date(kept.receivedAt) };
}
