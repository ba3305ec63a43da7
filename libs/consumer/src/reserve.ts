import { type Subscriber } from '#libs/broker';
import { type Dispatcher } from './dispatcher.js';

/** What is in reserve begins within about so long: whoever could overtake it in the queue waits no longer for it. */
const BEGINS_WITHIN_MS = 50;
/** With more in hand at once, jobs that cost nothing do not get any faster. */
const MOST = 250;
/** What payloads in reserve may take together. */
const MOST_BYTES = 128 * 1024 * 1024;
/** Fewer are not worth a consumer. */
const LEAST = 4;
const LOOK_EVERY_MS = 500;
/** The best of so many looks counts: one pause of the process is no reason to hand anything back. */
const LOOKS = 3;

/** What bounds a reserve beside the pace of runs. */
export interface ReserveLimits {
  /** Runs at once. */
  readonly places: number;
  /** Bytes that the payload of a job may have. */
  readonly largestPayload: number;
}

/**
 * Messages beyond those that have a place. A run that has ended keeps its message until its report is confirmed: when jobs are brief
 * most places would be empty for that time, and reports would travel alone. So a process takes as many messages more as it ends runs
 * within 50 ms. When it ends fewer, because jobs have become long, it takes fewer, and hands back what it has too many of.
 */
export class Reserve {
  readonly #dispatcher: Pick<Dispatcher, 'ended' | 'keep'>;
  readonly #subscriber: Pick<Subscriber, 'reserve' | 'overfull'>;
  readonly #places: number;
  readonly #most: number;
  #ended = 0;
  #lookedAt = 0;
  #paces: readonly number[] = [];
  #size = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(
    dispatcher: Pick<Dispatcher, 'ended' | 'keep'>,
    subscriber: Pick<Subscriber, 'reserve' | 'overfull'>,
    { places, largestPayload }: ReserveLimits,
  ) {
    this.#dispatcher = dispatcher;
    this.#subscriber = subscriber;
    this.#places = places;
    this.#most = Math.min(MOST, Math.floor(MOST_BYTES / largestPayload));
  }

  start(): void {
    this.#lookedAt = performance.now();
    this.#timer = setInterval(() => {
      this.look(performance.now());
    }, LOOK_EVERY_MS).unref();
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  /** Takes in how many runs have ended since the look before. @param now milliseconds, by a clock that never goes back */
  look(now: number): void {
    const { ended } = this.#dispatcher;
    this.#paces = [...this.#paces.slice(1 - LOOKS), (ended - this.#ended) / (now - this.#lookedAt)];
    this.#ended = ended;
    this.#lookedAt = now;
    const size = Math.min(fitting(Math.max(...this.#paces) * BEGINS_WITHIN_MS, this.#size), this.#most);
    // What is too much is brief work that ends by itself; what is still there at the next look waits behind work that is long.
    if (size === this.#size && this.#subscriber.overfull) this.#dispatcher.keep(this.#places + size);
    if (size !== this.#size) void this.#subscriber.reserve(size);
    this.#size = size;
  }
}

/** To change a reserve costs the broker requests, so by a little it stays as it is. */
function fitting(wanted: number, present: number): number {
  if (wanted > present / 2 && wanted < present * 2) return present;
  return wanted < LEAST ? 0 : Math.floor(wanted);
}
