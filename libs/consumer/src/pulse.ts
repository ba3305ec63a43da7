import { type Heartbeat, TIMES } from '#libs/contracts';
import { type Reporter } from '#libs/broker';

/** Says every two seconds that this process is alive and which runs it has in hand. */
export class Pulse {
  readonly #reporter: Pick<Reporter, 'send'>;
  readonly #heartbeat: () => Heartbeat;
  #timer: NodeJS.Timeout | undefined;

  constructor(reporter: Pick<Reporter, 'send'>, heartbeat: () => Heartbeat) {
    this.#reporter = reporter;
    this.#heartbeat = heartbeat;
  }

  start(): void {
    this.#beat();
    this.#timer = setInterval(() => {
      this.#beat();
    }, TIMES.heartbeatMs).unref();
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  // One that is lost is made up for by the next.
  #beat(): void {
    this.#reporter.send('heartbeat', this.#heartbeat()).catch(() => undefined);
  }
}
