import { Agent, request } from 'node:http';
import { connect } from 'amqplib';
import { type BenchSuite } from '../bench-suite.js';
import { Ledger } from '../ledger.js';
import { type Effort, type Question, roundRobin, type Row } from '../question.js';
import { figureOf } from '../statistics.js';
import { cpuSeconds, family, residentMib } from '../usage.js';
import { bareAmqp } from './bare-amqp.js';

const CALLERS = 100;
const TASK = 'lab.noop';
const BODY = JSON.stringify({ task: TASK, payload: { ballast: 'x'.repeat(300) } });
const PAYLOAD = Buffer.from(JSON.stringify({ ballast: 'x'.repeat(300) }));
const PRIORITY_QUEUE = { 'x-queue-type': 'classic', 'x-max-priority': 9 };
const BARE = 'bare amqplib';
const BARE_PRIORITY = 'bare amqplib, priority queue';

/** No-op jobs end to end: from the first call to the last final status in the ledger. */
export const trackedJobs: Question = {
  title: 'No-op jobs end to end, tracked to a final status',
  unit: 'jobs/s',
  better: 'more',
  ask: async (suite, effort) => {
    const ledger = new Ledger(suite.database.url, TASK);
    await ledger.open();
    const costs = new Map<string, string>();
    const tracked = (name: string, enter: () => Promise<void>) => (): Promise<number> =>
      throughput(suite, ledger, effort, { enter, note: (text) => void costs.set(name, text) });
    try {
      const byHttp = 'Leveret, one POST a job';
      const byAmqp = 'Leveret, published to the broker';
      const figures = await roundRobin(
        {
          [BARE]: () => bareAmqp(suite.broker.url, effort.jobs, { 'x-queue-type': 'classic' }),
          [BARE_PRIORITY]: () => bareAmqp(suite.broker.url, effort.jobs, PRIORITY_QUEUE),
          [byHttp]: tracked(byHttp, () => postAll(suite, effort.jobs)),
          [byAmqp]: tracked(byAmqp, () => publishAll(suite, effort.jobs)),
        },
        effort.runs,
      );
      return [...figures].map(([name, runs]) => rowOf(name, runs, costs.get(name)));
    } finally {
      await ledger.close();
    }
  },
};

function rowOf(name: string, runs: readonly number[], notes: string | undefined): Row {
  const tracked = notes === undefined ? {} : { against: BARE_PRIORITY, notes };
  return { name, figure: figureOf(runs), ...tracked };
}

interface Trial {
  readonly enter: () => Promise<void>;
  readonly note: (text: string) => void;
}

async function throughput(suite: BenchSuite, ledger: Ledger, { jobs }: Effort, trial: Trial): Promise<number> {
  const before = await ledger.completed();
  const cpuBefore = cpuOf(suite);
  const began = performance.now();
  await trial.enter();
  await ledger.until(before + jobs);
  const seconds = (performance.now() - began) / 1_000;
  trial.note(costText(suite, cpuBefore, jobs));
  return jobs / seconds;
}

/** A server's processes count as one. */
function processesOf(suite: BenchSuite, name: string): readonly number[] {
  return (suite.pids[name] ?? []).flatMap(family);
}

function cpuOf(suite: BenchSuite): Readonly<Record<string, number>> {
  return Object.fromEntries(
    ['gateway', 'lab', 'rabbitmq', 'postgres'].map((name) => [name, sum(processesOf(suite, name), cpuSeconds)]),
  );
}

function costText(suite: BenchSuite, before: Readonly<Record<string, number>>, jobs: number): string {
  const parts = Object.entries(cpuOf(suite)).map(([name, seconds]) => {
    const micros = Math.round(((seconds - (before[name] ?? 0)) * 1e6) / jobs);
    return `${name} ${micros} µs/job, ${Math.round(sum(processesOf(suite, name), residentMib))} MiB`;
  });
  return parts.join('; ');
}

function sum(pids: readonly number[], of: (pid: number) => number): number {
  return pids.reduce((total, pid) => total + of(pid), 0);
}

async function postAll(suite: BenchSuite, count: number): Promise<void> {
  const agent = new Agent({ keepAlive: true, maxSockets: CALLERS });
  let sent = 0;
  const caller = async (): Promise<void> => {
    while (sent < count) {
      sent += 1;
      await post(suite, agent);
    }
  };
  await Promise.all(Array.from({ length: CALLERS }, caller));
  agent.destroy();
}

function post(suite: BenchSuite, agent: Agent): Promise<void> {
  return new Promise((resolve, reject) => {
    const headers = {
      authorization: `Bearer ${suite.apiKey}`,
      'content-type': 'application/json',
      'content-length': BODY.length,
    };
    const call = request(`${suite.url}/v1/jobs`, { method: 'POST', agent, headers }, (answer) => {
      answer.resume().once('end', () => {
        if (answer.statusCode === 202) resolve();
        else reject(new Error(`POST /v1/jobs answered ${answer.statusCode ?? 'nothing'}.`));
      });
    });
    call.once('error', reject).end(BODY);
  });
}

async function publishAll(suite: BenchSuite, count: number): Promise<void> {
  const connection = await connect(suite.broker.url, { noDelay: true });
  try {
    const channel = await connection.createConfirmChannel();
    for (let sent = 0; sent < count; sent += 1) {
      channel.publish('leveret.jobs', TASK, PAYLOAD, { persistent: true, contentType: 'application/json' });
      if (sent % 500 === 499) await channel.waitForConfirms();
    }
    await channel.waitForConfirms();
  } finally {
    await connection.close();
  }
}
