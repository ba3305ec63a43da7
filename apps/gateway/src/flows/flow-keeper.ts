import { type Telemetry } from '#libs/observability';
import { type EndingStore, type Followed, type MakeFollower } from '../ledger/ending-store.js';
import { type Lookout } from '../ledger/lookout.js';
import { type Dispatch } from '../ledger/outbox.js';
import { type OutboxRoom } from '../ledger/outbox-room.js';
import { Rounds } from '../rounds/rounds.js';

interface Parts {
  readonly endings: EndingStore;
  /** Finds ends that this process has not heard of: those that another brought about and could not see to. */
  readonly lookout: Pick<Lookout, 'on'>;
  readonly make: MakeFollower;
  readonly room: Pick<OutboxRoom, 'full' | 'add'>;
  readonly dispatch: Pick<Dispatch, 'wake'>;
  readonly telemetry: Telemetry;
}

/** Enqueues what follows from the ends of jobs and batches. Every gateway has one; the ledger lets each end be seen to once. */
export class FlowKeeper {
  readonly #parts: Parts;
  readonly #rounds = new Rounds(() => this.#look());

  constructor(parts: Parts) {
    this.#parts = parts;
    parts.lookout.on('endings', () => this.wake());
  }

  start(): void {
    this.#rounds.start();
  }

  /** Looks at once; an end that was committed before this call is seen. */
  wake(): void {
    this.#rounds.wake();
  }

  /** Settles when what is in hand is entered. */
  stop(): Promise<void> {
    return this.#rounds.stop();
  }

  // While the ledger is away nothing has ended; the next look finds it.
  async #look(): Promise<void> {
    const { endings, make, room, telemetry } = this.#parts;
    let more = true;
    while (more && this.#rounds.running) {
      const waits = room.full;
      const followed = await endings.follow(make, waits).catch((error: unknown) => {
        telemetry.emit('flows.waiting', { reason: error instanceof Error ? error.message : String(error) });
        return { mayBeMore: false, followers: [] };
      });
      this.#committed(followed, waits);
      more = followed.mayBeMore;
    }
  }

  #committed({ followers }: Followed, waits: boolean): void {
    const { room, dispatch, telemetry } = this.#parts;
    const started = followers.filter(({ failure }) => failure === null);
    if (started.length > 0 && !waits) room.add(started.length);
    if (followers.length > 0) dispatch.wake();
    for (const { job, failure } of followers) {
      const about = { job: job.id, tenant: job.tenant, task: job.task, parent: job.parentId ?? job.followsBatch ?? '' };
      if (failure === null) telemetry.emit('flow.followed', { outcome: 'started', ...about });
      else
        telemetry.emit('flow.followed', { outcome: 'refused', code: failure.code, reason: failure.message, ...about });
    }
  }
}
