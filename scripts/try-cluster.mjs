// Tries the suite on a cluster of three RabbitMQ nodes with quorum queues, under load, while nodes fail:
//   node scripts/try-cluster.mjs [--rabbitmq 3|4] [--keep DIR] [--rate JOBS_PER_SECOND] [--log FILE]
// It kills the node that leads the work queue, restarts all nodes one after another, and kills one for good. At the end
// every accepted job must be completed, and each run once. RabbitMQ 3.x is the one that is installed here; for 4.0 see
// scripts/rabbitmq-4.mjs, which makes it in DIR if that is to stay for the next time. FILE gets what gateway and apps log.
import { spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { rabbitmq4 } from './rabbitmq-4.mjs';
import { RabbitmqCluster } from './rabbitmq-cluster.mjs';
import { Load } from './try-cluster/load.mjs';
import { allEnded, begun, report } from './try-cluster/outcome.mjs';
import { startSuite } from './try-cluster/suite.mjs';

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const WORK_QUEUE = 'leveret.lab.quorum-1';
const BETWEEN_FAULTS_MS = 10_000;

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
  const suite = await said('the suite is ready', () => startSuite(cluster.urls, { work, ending, log }));

  const load = new Load(suite, { rate: Number(values.rate), witness });
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
  if ((await report(suite, load, witness)) > 0) process.exitCode = 1;
}

function run(program, ...args) {
  return new Promise((resolve, reject) => {
    const ended = (code) => (code === 0 ? resolve() : reject(new Error(`${program} ${args.join(' ')} failed.`)));
    spawn(program, args, { cwd: ROOT, stdio: 'inherit' }).once('error', reject).once('close', ended);
  });
}

async function fault(title, work) {
  const from = Date.now();
  await said(title, work);
  await wait(BETWEEN_FAULTS_MS);
  const times = (await begun(witness)).map(({ at }) => at).filter((at) => at >= from);
  const gaps = [from, ...times.sort((one, other) => one - other)].map((at, index, all) => (all[index + 1] ?? at) - at);
  console.log(`    jobs begun meanwhile: ${times.length}; longest time without one: ${Math.max(...gaps)} ms`);
}

async function said(title, work) {
  const began = performance.now();
  const value = await work();
  console.log(`✓ ${title} (${((performance.now() - began) / 1_000).toFixed(1)} s)`);
  return value;
}
