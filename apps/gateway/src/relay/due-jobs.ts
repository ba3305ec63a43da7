import { type DueStore } from '../ledger/due-store.js';
import { type Dispatch } from '../ledger/outbox.js';
import { type OutboxRoom } from '../ledger/outbox-room.js';

const LOOK_EVERY_MS = 250;
const AT_ONCE = 500;

/**
 * Releases scheduled jobs when their time has come and the outbox has room, ends those whose time has passed, and lets those go on
 * that a broken resume has left.
 */
export class DueJobs {
  readonly #due: DueStore;
  readonly #dispatch: Dispatch;
  readonly #room: Pick<OutboxRoom, 'full' | 'add'>;
  #timer: NodeJS.Timeout | undefined;
  #looking: Promise<void> | undefined;

  constructor(due: DueStore, dispatch: Dispatch, room: Pick<OutboxRoom, 'full' | 'add'>) {
    this.#due = due;
    this.#dispatch = dispatch;
    this.#room = room;
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

  // While the ledger is away nothing is due; the next look finds it.
  async #look(): Promise<void> {
    const now = await this.#due.now().catch(() => undefined);
    if (now?.late === true) await this.#repeat(() => this.#due.expire(AT_ONCE));
    if (now?.paused === true) await this.#repeat(() => this.#due.resume(AT_ONCE));
    if (now?.due === true) await this.#repeat(() => this.#release());
  }

  async #release(): Promise<number> {
    if (this.#room.full) return 0;
    const released = await this.#due.release(AT_ONCE);
    this.#room.add(released);
    return released;
  }

  async #repeat(take: () => Promise<number>): Promise<void> {
    let taken = AT_ONCE;
    while (taken === AT_ONCE) {
      taken = await take().catch(() => 0);
      if (taken > 0) this.#dispatch.wake();
    }
  }
}
