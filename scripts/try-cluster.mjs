// Tries the suite on a cluster of three RabbitMQ nodes with quorum queues, under load, while nodes fail:
//   node scripts/try-cluster.mjs [--rabbitmq 3|4] [--keep DIR] [--rate JOBS_PER_SECOND] [--log FILE]
// It kills the node that leads the work queue, restarts all nodes one after another, and kills one for good. At the end
// every accepted job must be completed, and each run once. RabbitMQ 3.x is the one that is installed here; for 4.0 see
// scripts/rabbitmq-4.mjs, which makes it in DIR if that is to stay for the next time. FILE gets what gateway and apps log.
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import pg from 'pg';
import { rabbitmq4 } from './rabbitmq-4.mjs';
import { RabbitmqCluster } from './rabbitmq-cluster.mjs';

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const WORK_QUEUE = 'leveret.lab.quorum-1';
const CLIENTS = 10;
const BETWEEN_FAULTS_MS = 10_000;
// The reconciler proves for minutes that something is lost before it sends it again.
const END_PATIENCE_MS = 360_000;
const RETRIED_SHARE = 0.2;

const { values } = parseArgs({
  options: {
    rabbitmq: { type: 'string', default: '3' },
    keep: { type: 'string' },
    rate: { type: 'string', default: '50' },
    log: { type: 'string' },
  },
});
const work = await mkdtemp(join(tmpdir(), 'leveret-cluster-'));
const witness = join(work, 'witness');
const ending = [];
/** Accepted jobs, each with how often its handler must run. */
const accepted = new Map();
const refused = { count: 0 };
const log = values.log === undefined ? undefined : createWriteStream(values.log);
const interrupted = new Promise((_resolve, reject) => {
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => reject(new Error(`Ended by ${signal}.`)));
});

try {
  await Promise.race([tryFaults(), interrupted]);
} finally {
  for (const end of ending.reverse()) await end().catch((error) => console.error(error));
  await rm(work, { recursive: true, force: true });
}

async function tryFaults() {
  await run('npm', 'run', '--silent', 'build');
  const shared = join(work, 'data');
  await mkdir(shared);
  const programs = values.rabbitmq === '4' ? `${await rabbitmq4(resolve(values.keep ?? work), shared)}:` : '';
  const cluster = new RabbitmqCluster(shared, { ...process.env, PATH: `${programs}${process.env.PATH}` });
  ending.push(() => cluster.stop());
  await said('three nodes are a cluster', () => cluster.start(3));
  const suite = await said('the suite is ready', () => startSuite(cluster.urls));

  const load = startLoad(suite, Number(values.rate));
  await wait(BETWEEN_FAULTS_MS);
  await fault('the node that leads the work queue is killed, and comes back 10 s later', async () => {
    const { node: name } = await cluster.call(`queues/%2F/${WORK_QUEUE}`);
    const leader = cluster.nodes.find((node) => node.name === name);
    await cluster.killNode(leader);
    await wait(BETWEEN_FAULTS_MS);
    await cluster.startNode(leader);
  });
  await fault('all nodes are restarted, one after another', async () => {
    for (const node of cluster.nodes) {
      await cluster.stopNode(node);
      await cluster.startNode(node);
      await wait(5_000);
    }
  });
  await fault('a node is killed for good, and taken out of the cluster 10 s later', async () => {
    const [node] = cluster.nodes;
    await cluster.killNode(node);
    await wait(BETWEEN_FAULTS_MS);
    await cluster.forget(node);
  });
  await load.stop();
  await said('no job is open', () => allEnded(suite));
  await report(suite);
}

function run(program, ...args) {
  return new Promise((resolve, reject) => {
    const ended = (code) => (code === 0 ? resolve() : reject(new Error(`${program} ${args.join(' ')} failed.`)));
    spawn(program, args, { cwd: ROOT, stdio: 'inherit' }).once('error', reject).once('close', ended);
  });
}

async function startSuite(urls) {
  const built = (path) => import(new URL(`../dist/tools/${path}`, import.meta.url).href);
  const [
    { AppProcess },
    environment,
    { appMain, LAB_MAIN },
    { awaitTasks },
    { Leveret },
    { PrivatePostgres },
    { freePort },
  ] = await Promise.all(
    [
      'processes/app-process.js',
      'start/environment.js',
      'project/app-list.js',
      'start/await-tasks.js',
      '../libs/sdk/src/index.js',
      'local-nodes/private-postgres.js',
      'local-nodes/ports.js',
    ].map(built),
  );
  const database = new PrivatePostgres(join(work, 'postgres'));
  ending.push(() => database.kill());
  await database.start();
  const facts = {
    rabbitmqUrl: urls.join(','),
    ownBroker: true,
    databaseUrl: database.url,
    dataFolder: work,
    port: await freePort(),
    linkSecret: randomBytes(36).toString('base64url'),
    adminApiKey: randomBytes(24).toString('base64url'),
  };
  const { PATH, HOME } = process.env;
  const outer = {
    PATH,
    HOME,
    NODE_ENV: 'production',
    LOG_LEVEL: values.log === undefined ? 'warn' : 'info',
    QUEUE_TYPE: 'quorum',
  };
  const lines = [];
  const start = async (name, main, env) => {
    const app = new AppProcess({
      main,
      env,
      recordFile: join(work, `${name}.json`),
      onLine: (line) => {
        lines.push(`${name}: ${line}`);
        log?.write(`${name}: ${line}\n`);
      },
    });
    ending.push(() => app.stop(40_000));
    if ((await app.ready) === undefined) throw new Error(`${name} did not start:\n${lines.slice(-20).join('\n')}`);
  };
  await start('gateway', appMain('gateway'), environment.gatewayEnvironment(outer, facts));
  await start('lab', LAB_MAIN, environment.consumerEnvironment(outer, facts));
  await start('lab-2', LAB_MAIN, environment.consumerEnvironment(outer, facts));
  const url = `http://127.0.0.1:${facts.port}`;
  await awaitTasks(new Leveret({ url, apiKey: facts.adminApiKey }), ['lab'], 30_000);
  return { url, apiKey: facts.adminApiKey, databaseUrl: database.url, lines };
}

/** Submits jobs at a rate until it is stopped; some of them wait in the delay ladder once. */
function startLoad(suite, rate) {
  let stopped = false;
  const client = async () => {
    while (!stopped) {
      const due = performance.now() + (CLIENTS * 1_000) / rate;
      await submit(suite).catch(() => (refused.count += 1));
      await wait(Math.max(0, due - performance.now()));
    }
  };
  const clients = Promise.all(Array.from({ length: CLIENTS }, client));
  return {
    stop: async () => {
      stopped = true;
      await clients;
    },
  };
}

async function submit({ url, apiKey }) {
  const retried = Math.random() < RETRIED_SHARE;
  const payload = { steps: retried ? ['fail', 'ok'] : ['ok'], by: 'attempt', witness };
  const response = await fetch(`${url}/v1/jobs`, {
    method: 'POST',
    headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' },
    body: JSON.stringify({ task: 'lab.script', payload, backoff: { type: 'fixed', delay: '2s' } }),
    signal: AbortSignal.timeout(20_000),
  });
  if (response.status !== 202) throw new Error(`POST /v1/jobs answered ${response.status}.`);
  accepted.set((await response.json()).id, retried ? 2 : 1);
}

async function fault(title, work) {
  const from = Date.now();
  await said(title, work);
  await wait(BETWEEN_FAULTS_MS);
  const times = (await notes()).map(({ at }) => at).filter((at) => at >= from);
  const gaps = [from, ...times.sort((one, other) => one - other)].map((at, index, all) => (all[index + 1] ?? at) - at);
  console.log(`    jobs begun meanwhile: ${times.length}; longest time without one: ${Math.max(...gaps)} ms`);
}

/** When handlers began, as they noted it themselves. */
async function notes() {
  const lines = (await readFile(witness, 'utf8').catch(() => '')).split('\n').filter(Boolean);
  return lines
    .map((line) => line.split(' '))
    .flatMap(([job, , word, at]) => (word === 'begin' ? [{ job, at: Number(at) }] : []));
}

async function query(suite, text) {
  const client = new pg.Client({ connectionString: suite.databaseUrl });
  await client.connect();
  try {
    return (await client.query(text)).rows;
  } finally {
    await client.end();
  }
}

async function allEnded(suite) {
  const open = `select id, status, run, attempt, worker_id from jobs where status not in ('completed', 'failed', 'cancelled')`;
  const deadline = Date.now() + END_PATIENCE_MS;
  for (;;) {
    const rows = await query(suite, open);
    if (rows.length === 0) return;
    if (Date.now() > deadline) {
      const outbox = await query(suite, 'select kind, job_id, run, parked_reason, free_at from outbox limit 5');
      const about = { open: rows.length, first: rows.slice(0, 3), outbox, log: suite.lines.slice(-30) };
      throw new Error(`Jobs are still open: ${JSON.stringify(about, null, 2)}`);
    }
    await wait(500);
  }
}

async function report(suite) {
  const rows = new Map((await query(suite, 'select id, status, charged from jobs')).map((row) => [row.id, row]));
  const executions = new Map();
  for (const { job } of await notes()) executions.set(job, (executions.get(job) ?? 0) + 1);
  const repaired = suite.lines
    .filter((line) => line.includes('"jobs.repaired"'))
    .map((line) => /"count":(\d+)/.exec(line)?.[1]);
  const ids = [...accepted];
  const lost = ids.filter(([id]) => rows.get(id)?.status !== 'completed');
  const again = ids.filter(([id, wanted]) => (executions.get(id) ?? 0) > wanted);
  const charged = ids.filter(([id, wanted]) => rows.get(id)?.charged > wanted);
  console.log(
    `accepted ${ids.length}, not accepted ${refused.count}, lost ${lost.length}, ` +
      `executed more often than they had to ${again.length}, charged for what was not their fault ${charged.length}, ` +
      `found missing and sent again ${repaired.reduce((sum, count) => sum + Number(count), 0)}`,
  );
  if (lost.length > 0) process.exitCode = 1;
}

async function said(title, work) {
  const began = performance.now();
  const value = await work();
  console.log(`✓ ${title} (${((performance.now() - began) / 1_000).toFixed(1)} s)`);
  return value;
}
