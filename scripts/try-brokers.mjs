// Runs end-to-end tests on RabbitMQ 3.x and 4.0, each with classic and with quorum work queues:
//   node scripts/try-brokers.mjs [--only 3|4] [--type classic|quorum] [--keep DIR] [pattern of spec files]…
// Without patterns: those that are about delivery. RabbitMQ 3.x is the one that is installed here; 4.0 is made from Debian
// 13's packages (scripts/rabbitmq-4.mjs: needs root and mmdebstrap), in DIR if that is to stay for the next time. The tests
// start private brokers and databases, as they always do; a Docker engine is not asked.
import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { rabbitmq4 } from './rabbitmq-4.mjs';

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const ABOUT_DELIVERY = ['e2e/(queue-types|topology|retries|reports|scheduled|ingress)', 'faults/'];
const TYPES = ['classic', 'quorum'];
const MAJORS = ['3', '4'];

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { only: { type: 'string' }, type: { type: 'string' }, keep: { type: 'string' } },
});
const majors = chosen('only', MAJORS);
const types = chosen('type', TYPES);
const patterns = positionals.length > 0 ? positionals : ABOUT_DELIVERY;
const work = await mkdtemp(join(tmpdir(), 'leveret-brokers-'));
const shared = join(work, 'data');
await mkdir(shared);

const results = [];
try {
  const built = spawn('npm', ['run', '--silent', 'build'], { cwd: ROOT, stdio: 'inherit' });
  if ((await ended(built)) !== 0) throw new Error('The suite cannot be built.');
  const programs = { 3: [], 4: majors.includes('4') ? [await rabbitmq4(resolve(values.keep ?? work), shared)] : [] };
  for (const major of majors) for (const type of types) results.push(await run(major, type, programs[major]));
} finally {
  await rm(work, { recursive: true, force: true });
}
console.log(`\n${['RabbitMQ', 'work queues', 'passed', 'failed', 'minutes'].join('\t')}`);
for (const { major, type, passed, failed, minutes } of results) {
  console.log([`${major}.x`, type, passed, failed, minutes.toFixed(1)].join('\t'));
}
if (results.some(({ passed, failed }) => failed > 0 || passed === 0)) process.exitCode = 1;

function chosen(option, all) {
  const value = values[option];
  if (value === undefined) return all;
  if (!all.includes(value)) throw new Error(`--${option} expects ${all.join(' or ')}, got ${value}.`);
  return [value];
}

async function run(major, type, programs) {
  const report = join(work, `${major}-${type}.json`);
  const began = performance.now();
  console.log(`\n=== RabbitMQ ${major}.x, ${type} work queues`);
  const args = ['jest', '--selectProjects', 'e2e', 'faults', '--runInBand', '--json', `--outputFile=${report}`];
  const child = spawn('npx', ['--no-install', ...args, '--testPathPatterns', ...patterns], {
    cwd: ROOT,
    stdio: ['ignore', 'ignore', 'inherit'],
    env: {
      ...process.env,
      NODE_OPTIONS: '--experimental-vm-modules',
      PATH: [...programs, process.env.PATH].join(':'),
      TMPDIR: shared,
      DOCKER_HOST: `unix://${join(work, 'no-docker.sock')}`,
      QUEUE_TYPE: type,
    },
  });
  await ended(child);
  const {
    numPassedTests: passed,
    numFailedTests: failed,
    numRuntimeErrorTestSuites: broken,
  } = JSON.parse(
    await readFile(report, 'utf8').catch(() => '{"numPassedTests":0,"numFailedTests":0,"numRuntimeErrorTestSuites":1}'),
  );
  return { major, type, passed, failed: failed + broken, minutes: (performance.now() - began) / 60_000 };
}

function ended(child) {
  return new Promise((resolve, reject) => child.once('error', reject).once('close', resolve));
}
