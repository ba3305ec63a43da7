import autocannon from 'autocannon';
import { type BenchSuite } from '../bench-suite.js';
import { CostMeter, type Processes } from '../costs.js';
import { type Effort } from '../effort.js';
import { Ledger } from '../ledger.js';
import { NOOP } from '../leveret-system.js';
import { type Question, roundRobin, rowsOf, type Sample } from '../question.js';
import { BareServer } from '../servers/bare-server.js';

const QUEUE = 'lab';
const CONNECTIONS = 64;
const LOOK_EVERY_MS = 20;
const BODY = JSON.stringify({ task: NOOP, payload: { ballast: 'x'.repeat(300) } });
const FASTIFY = 'bare Fastify, JSON schema';
const NEST = 'bare Nest on Fastify, class-validator';

/** Requests of the gateway beside servers that store nothing and know no keys. */
export const requests: Question = {
  ...{ title: `Gateway: POST /v1/jobs by ${CONNECTIONS} connections`, unit: 'requests/s', better: 'more' },
  ask: async (suite, effort) => {
    const [fastify, nest] = [await BareServer.start('bare-fastify'), await BareServer.start('bare-nest')];
    const contenders = {
      [FASTIFY]: () => load(fastify.url, {}, { server: [fastify.pid] }, effort),
      [NEST]: () => load(nest.url, {}, { server: [nest.pid] }, effort),
      'Leveret, while the jobs run': () => ofGateway(suite, effort),
      'Leveret, while the queue is paused': () => whilePaused(suite, effort),
    };
    try {
      return rowsOf(await roundRobin(contenders, effort.runs), [FASTIFY, NEST]);
    } finally {
      await Promise.all([fastify.stop(), nest.stop()]);
    }
  },
};

/** The jobs have ended before the next contender has its turn. */
async function ofGateway(suite: BenchSuite, effort: Effort, inBetween?: () => Promise<unknown>): Promise<Sample> {
  const ledger = new Ledger(suite.database.url, [QUEUE]);
  await ledger.open();
  try {
    const before = await ledger.completed();
    const headers = { authorization: `Bearer ${suite.apiKey}` };
    const sample = await load(suite.url, headers, suite.processesOf('gateway', QUEUE), effort);
    await inBetween?.();
    await ledger.until(before + effort.jobs);
    return sample;
  } finally {
    await ledger.close();
  }
}

async function whilePaused(suite: BenchSuite, effort: Effort): Promise<Sample> {
  await suite.leveret.queues.pause(QUEUE);
  return ofGateway(suite, effort, () => suite.leveret.queues.resume(QUEUE));
}

async function load(
  url: string,
  headers: Record<string, string>,
  processes: Processes,
  { jobs }: Effort,
): Promise<Sample> {
  const meter = new CostMeter({ caller: [process.pid], ...processes });
  const result = await autocannon({
    ...{ url: `${url}/v1/jobs`, method: 'POST', body: BODY, connections: CONNECTIONS, amount: jobs },
    // It looks so often whether it has ended.
    sampleInt: LOOK_EVERY_MS,
    headers: { 'content-type': 'application/json', ...headers },
  });
  if (result.non2xx > 0 || result.errors > 0) {
    throw new Error(`${result.non2xx} of ${jobs} requests were refused and ${result.errors} failed at ${url}.`);
  }
  const { p50, p99 } = result.latency;
  return { value: jobs / result.duration, also: { 'p50 ms': p50, 'p99 ms': p99, ...meter.per('job', jobs) } };
}
