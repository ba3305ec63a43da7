import { setTimeout as wait } from 'node:timers/promises';
import { isFinal, type Job, type JobStatus } from '#libs/contracts';
import { EventStream, type StreamedEvent } from '../../support/event-stream.js';
import { type Submit } from './history.js';
import { type SeededRandom } from './random.js';
import { type Violation, violation } from './violation.js';

/** One of so many acknowledged jobs is followed. */
const ONE_OF = 8;
const AGAIN_AFTER_MS = 300;
const END_PATIENCE_MS = 20_000;

interface Ways {
  /** Addresses of the gateways by their names. */
  readonly gateways: ReadonlyMap<string, string>;
  readonly apiKey: string;
}

/** Listens to some jobs by server-sent events up to their end, and goes on at any gateway whenever a stream breaks. */
export class Follower {
  readonly #events = new Map<string, StreamedEvent[]>();
  readonly #underWay = new Set<Promise<void>>();
  #stopped = false;

  constructor(
    private readonly ways: Ways,
    private readonly random: SeededRandom,
  ) {}

  /** A job that is retried by hand ends twice, its first stream but once: it is left out. */
  take({ certainty, id, number, plan }: Submit): void {
    if (certainty !== 'ok' || id === undefined || number % ONE_OF > 0 || plan.steer === 'retry') return;
    const events: StreamedEvent[] = [];
    this.#events.set(id, events);
    const work = this.#follow(id, events);
    this.#underWay.add(work);
    void work.finally(() => this.#underWay.delete(work));
  }

  /** Waits for the end of the streams, which is near when all jobs have ended. */
  async stop(): Promise<void> {
    await Promise.race([Promise.all(this.#underWay), wait(END_PATIENCE_MS, undefined, { ref: false })]);
    this.#stopped = true;
  }

  /** I6 and I7: streams never went back, told no line twice, and ended with what the job is. */
  violations(jobs: ReadonlyMap<string, Job>): readonly Violation[] {
    const of = (is: (events: readonly StreamedEvent[], job: Job | undefined) => boolean): readonly string[] =>
      [...this.#events].filter(([id, events]) => is(events, jobs.get(id))).map(([id, events]) => shown(id, events));
    return [
      ...violation('I6', 'streams went back', of(wentBack)),
      ...violation('I6', 'streams told a line twice', of(toldTwice)),
      ...violation(
        'I7',
        'streams ended otherwise than their jobs',
        of((events, job) => face(events) !== faceOf(job)),
      ),
    ];
  }

  async #follow(id: string, events: StreamedEvent[]): Promise<void> {
    while (!this.#stopped && !hasEnded(events)) {
      const [, url] = this.random.pick([...this.ways.gateways]);
      // A stream that breaks, or a gateway that is away, is what the next stream is for.
      await this.#listen(new URL(`/v1/jobs/${id}/stream`, url), events).catch(() => undefined);
      if (!hasEnded(events)) await wait(AGAIN_AFTER_MS);
    }
  }

  async #listen(address: URL, events: StreamedEvent[]): Promise<void> {
    const headers: Record<string, string> = {};
    const last = events.at(-1)?.id;
    if (last !== undefined) headers['last-event-id'] = String(last);
    const stream = await EventStream.open(address, this.ways.apiKey, headers);
    try {
      if (!stream.response.ok) return;
      for (let event = await stream.next(); event !== undefined && !this.#stopped; event = await stream.next())
        events.push(event);
    } finally {
      stream.close();
    }
  }
}

function lastStatus(events: readonly StreamedEvent[]): StreamedEvent['data'] | undefined {
  return events.findLast(({ event }) => event === 'status')?.data;
}

function hasEnded(events: readonly StreamedEvent[]): boolean {
  const status = lastStatus(events)?.['status'];
  return status !== undefined && isFinal(status as JobStatus);
}

function wentBack(events: readonly StreamedEvent[]): boolean {
  return events.some(({ id }, index) => id < (events[index - 1]?.id ?? 0));
}

/** Each run of a script begins with one line. */
function toldTwice(events: readonly StreamedEvent[]): boolean {
  const runs = events.flatMap(({ event, data }) => (event === 'log' ? [data['run']] : []));
  return new Set(runs).size < runs.length;
}

function face(events: readonly StreamedEvent[]): string {
  const { status, attempt, version, result } = lastStatus(events) ?? {};
  return JSON.stringify([status, attempt, version, result]);
}

function faceOf(job: Job | undefined): string {
  return JSON.stringify([job?.status, job?.attempt, job?.version, job?.result]);
}

function shown(id: string, events: readonly StreamedEvent[]): string {
  const told = events.map((one) => `${one.id} ${one.event} ${JSON.stringify(one.data['status'] ?? one.data['run'])}`);
  return `${id} (${told.join(', ')})`;
}
