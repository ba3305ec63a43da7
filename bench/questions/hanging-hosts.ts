import { once, setMaxListeners } from 'node:events';
import { createServer, type Server } from 'node:http';
import { type AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { RetryAfter } from '#libs/consumer';
// eslint-disable-next-line no-restricted-imports -- the app's own way to other servers, measured without jobs around it
import { type Outgoing } from '../../apps/integrations/src/outgoing/outgoing.js';
import { type Effort } from '../effort.js';
import { atRate } from '../open-loop.js';
import { type Question, roundRobin, rowsOf, type Sample } from '../question.js';
import { preciseNow } from '../rivals/queue-system.js';
import { percentile } from '../statistics.js';
import { LANES, outgoingTo } from './outgoing-calls.js';

const HANGING = 200;
const JOBS_OF_EACH = 5;
const GOOD_PER_SECOND = 100;
const ANSWER_MS = 20;
/** Before a job that has failed runs again. */
const BACKOFF_MS = 1_000;
const ALONE = 'alone';

/** What a host that answers notices of many that hang, where all jobs come to one process that takes so many at once. */
export const hangingHosts: Question = {
  title: `${GOOD_PER_SECOND} calls/s to a host that answers in ${ANSWER_MS} ms, in a queue with calls to ${HANGING} that hang, p99`,
  ...{ unit: 'ms', better: 'less' },
  ask: async (_suite, effort) => {
    const server = await startServer();
    try {
      const beside = `beside ${HANGING} that hang`;
      const contenders = {
        [ALONE]: () => measured(server, effort, 0),
        [beside]: () => measured(server, effort, HANGING),
      };
      return rowsOf(await roundRobin(contenders, effort.runs), [ALONE]);
    } finally {
      server.closeAllConnections();
      server.close();
    }
  },
};

async function measured(server: Server, { seconds }: Effort, hanging: number): Promise<Sample> {
  const pair = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  const outgoing = outgoingTo(pair);
  const ending = new AbortController();
  // It ends all jobs at once, of which each has one of its own in an app.
  setMaxListeners(0, ending.signal);
  const worker = new Worker(outgoing, ending.signal);
  const late: number[] = [];
  try {
    await worker.run('good', `http://${pair}/good`);
    for (let job = 0; job < hanging * JOBS_OF_EACH; job += 1) {
      worker.run(`hanging-${job % hanging}`, `http://${pair}/hanging`).catch(() => undefined);
    }
    await atRate({ perSecond: GOOD_PER_SECOND, count: Math.ceil(GOOD_PER_SECOND * seconds) }, async (due) => {
      await worker.run('good', `http://${pair}/good`);
      late.push(preciseNow() - due);
    });
    return { value: percentile(late, 0.99), also: { 'p50 ms': percentile(late, 0.5), 'max ms': percentile(late, 1) } };
  } finally {
    ending.abort(new Error('measured'));
    await outgoing.onApplicationShutdown();
  }
}

/** Takes jobs in their order, so many at once; one that is parked or has failed comes again later, behind the others. */
class Worker {
  readonly #waiting: (() => Promise<void>)[] = [];
  #running = 0;

  constructor(
    private readonly outgoing: Outgoing,
    private readonly signal: AbortSignal,
  ) {}

  /** Settles when the call has succeeded; rejects when the measurement ends before. */
  async run(dependency: string, url: string): Promise<void> {
    for (;;) {
      const waitMs = await this.#tried(dependency, url);
      if (waitMs === undefined) return;
      await delay(waitMs, undefined, { signal: this.signal });
    }
  }

  /** How long it is to wait before the next try; undefined after a success. */
  #tried(dependency: string, url: string): Promise<number | undefined> {
    return new Promise((resolve) => {
      this.#add(() =>
        this.outgoing.exchange({ method: 'GET', url, dependency, signal: this.signal }).then(
          () => {
            resolve(undefined);
          },
          (error: unknown) => {
            resolve(error instanceof RetryAfter ? error.delayMs : BACKOFF_MS);
          },
        ),
      );
    });
  }

  #add(job: () => Promise<void>): void {
    this.#waiting.push(job);
    this.#next();
  }

  #next(): void {
    const job = this.#running < LANES ? this.#waiting.shift() : undefined;
    if (job === undefined) return;
    this.#running += 1;
    void job().finally(() => {
      this.#running -= 1;
      this.#next();
    });
  }
}

async function startServer(): Promise<Server> {
  const server = createServer(({ url }, response) => {
    if (url === '/good') setTimeout(() => response.end('ok'), ANSWER_MS);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}
