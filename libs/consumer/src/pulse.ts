import { type Heartbeat, TIMES } from '#libs/contracts';
import { type Publisher, type Reporter } from '#libs/broker';
import { type Storage } from '#libs/storage';
import { heldMemory } from './held-memory.js';

/**
 * Says every two seconds that this process is alive and which runs it has in hand, and at once when the broker can be
 * reached again: its runs would be given up for lost if it were silent for longer than the others. At a clean end it says
 * that, so that nobody waits for its silence to be noticed.
 */
export class Pulse {
  readonly #reporter: Pick<Reporter, 'send'>;
  readonly #heartbeat: () => Omit<Heartbeat, 'seq'>;
  readonly #storage: Pick<Storage, 'identity'>;
  #storageName: string | undefined;
  #seq = 0;
  #timer: NodeJS.Timeout | undefined;
  #stopped = false;

  constructor(
    reporter: Pick<Reporter, 'send'>,
    heartbeat: () => Omit<Heartbeat, 'seq'>,
    storage: Pick<Storage, 'identity'>,
  ) {
    this.#reporter = reporter;
    this.#heartbeat = heartbeat;
    this.#storage = storage;
  }

  start(publisher: Pick<Publisher, 'onReady'>): void {
    // Storage that cannot tell is the business of the health check.
    void this.#storage.identity().then(
      (name) => (this.#storageName = name),
      () => undefined,
    );
    this.#beat();
    publisher.onReady(() => {
      this.#beat();
    });
    this.#timer = setInterval(() => {
      this.#beat();
    }, TIMES.heartbeatMs).unref();
  }

  /** Ends, and says so when nothing is in hand; what is will be given up for lost when this process has been silent for a while. */
  stop(): void {
    clearInterval(this.#timer);
    if (this.#heartbeat().runs.length === 0) this.#beat({ leaves: true });
    this.#stopped = true;
  }

  // One that is lost is made up for by the next, and the last one by silence.
  #beat(end: Pick<Heartbeat, 'leaves'> = {}): void {
    if (this.#stopped) return;
    this.#seq += 1;
    const storage = this.#storageName === undefined ? {} : { storage: this.#storageName };
    const told = { ...storage, memory: heldMemory(), seq: this.#seq, at: Date.now() };
    const heartbeat: Heartbeat = { ...this.#heartbeat(), ...told, ...end };
    this.#reporter.send('heartbeat', heartbeat).catch(() => undefined);
  }
}
