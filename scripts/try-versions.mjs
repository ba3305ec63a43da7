// Runs end-to-end tests on each of several versions of Node, RabbitMQ and PostgreSQL with each other:
//   node scripts/try-versions.mjs [--node 20,22,24] [--rabbitmq 3,4] [--postgres 15,18] [--type classic,quorum] [--keep DIR] [pattern of spec files]…
// Without options: all versions with classic work queues, the test in which each app runs a job as its own broker user, and that
// of how queues are declared, which depends on the broker's version.
// docs/support.md says what came of it. Node comes from npm; RabbitMQ 3.x is the one that is installed, 4.0 is made from
// Debian 13's packages (scripts/rabbitmq-4.mjs: needs root and mmdebstrap); PostgreSQL 18 comes with the packages, another
// is the one of Debian's. What is fetched lies in DIR if it is to stay for the next time. The tests start private brokers
// and databases, as they always do; a Docker engine is not asked.
import { execFile, spawn } from 'node:child_process';
import { access, mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';
import { nodeVersion } from './node-version.mjs';
import { rabbitmq4 } from './rabbitmq-4.mjs';

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const SHORTEST = ['e2e/broker-users', 'e2e/declaration'];
const ALL = { node: ['20', '22', '24'], rabbitmq: ['3', '4'], postgres: ['15', '18'], type: ['classic', 'quorum'] };
/** The PostgreSQL that comes with the packages. */
const OWN_POSTGRES = '18';

const text = { type: 'string' };
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { node: text, rabbitmq: text, postgres: text, type: { ...text, default: 'classic' }, keep: text },
});
const chosen = Object.fromEntries(Object.keys(ALL).map((part) => [part, versionsOf(part)]));
const patterns = positionals.length > 0 ? positionals : SHORTEST;
const work = await mkdtemp(join(tmpdir(), 'leveret-versions-'));
const kept = resolve(values.keep ?? work);
const shared = join(work, 'data');
await mkdir(shared);

const results = [];
try {
  const built = spawn('npm', ['run', '--silent', 'build'], { cwd: ROOT, stdio: 'inherit' });
  if ((await ended(built)) !== 0) throw new Error('The suite cannot be built.');
  for (const versions of combinations(Object.entries(chosen))) results.push(await run(versions));
} finally {
  await rm(work, { recursive: true, force: true });
}
console.log(
  '\n| Node | RabbitMQ | PostgreSQL | work queues | passed | failed | minutes |\n|---|---|---|---|---|---|---|',
);
for (const { names, passed, failed, minutes } of results) {
  console.log(`| ${[...names, passed, failed, minutes.toFixed(1)].join(' | ')} |`);
}
if (results.some(({ passed, failed }) => failed > 0 || passed === 0)) process.exitCode = 1;

function versionsOf(part) {
  const wanted = values[part]?.split(',') ?? ALL[part];
  const unknown = wanted.find((version) => !ALL[part].includes(version));
  if (unknown !== undefined) throw new Error(`--${part} expects some of ${ALL[part].join(',')}, got ${unknown}.`);
  return wanted;
}

/** Each value of each part with each of the others, as objects. */
function combinations([first, ...rest]) {
  if (first === undefined) return [{}];
  const [part, options] = first;
  return options.flatMap((option) => combinations(rest).map((others) => ({ [part]: option, ...others })));
}

async function run({ node, rabbitmq, postgres, type }) {
  const report = join(work, `${node}-${rabbitmq}-${postgres}-${type}.json`);
  const began = performance.now();
  const programs = [await nodeVersion(node, kept), ...(rabbitmq === '4' ? [await rabbitmq4(kept, shared)] : [])];
  const env = {
    ...process.env,
    NODE_OPTIONS: '--experimental-vm-modules',
    PATH: [...programs, process.env.PATH].join(':'),
    TMPDIR: shared,
    DOCKER_HOST: `unix://${join(work, 'no-docker.sock')}`,
    QUEUE_TYPE: type,
    ...(postgres === OWN_POSTGRES ? {} : { LEVERET_TEST_POSTGRES: await debianPostgres(postgres) }),
  };
  const names = [...(await versionsIn(env)), type];
  console.log(`\n=== Node ${names[0]}, RabbitMQ ${names[1]}, PostgreSQL ${names[2]}, ${type} work queues`);
  const jest = [join(ROOT, 'node_modules', 'jest', 'bin', 'jest.js'), '--selectProjects', 'e2e', 'faults'];
  const args = [...jest, '--runInBand', '--json', `--outputFile=${report}`, '--testPathPatterns', ...patterns];
  await ended(spawn('node', args, { cwd: ROOT, stdio: ['ignore', 'ignore', 'inherit'], env }));
  return { names, ...(await tally(report)), minutes: (performance.now() - began) / 60_000 };
}

async function debianPostgres(major) {
  const folder = `/usr/lib/postgresql/${major}/bin`;
  await access(join(folder, 'postgres')).catch(() => {
    throw new Error(`PostgreSQL ${major} is not in ${folder}; install Debian's postgresql-${major}, or leave it out.`);
  });
  return folder;
}

/** What the programs say of themselves. */
async function versionsIn(env) {
  const local = '../dist/tools/local-nodes';
  const { findPostgres } = await import(`${local}/postgres-program.js`);
  const { findRabbitmq } = await import(`${local}/rabbitmq-program.js`);
  const folder = env.LEVERET_TEST_POSTGRES;
  const commands = [
    ['node', '--version'],
    [findRabbitmq(env).control, 'version'],
    [folder === undefined ? (await findPostgres()).postgres : join(folder, 'postgres'), '--version'],
  ];
  const said = await Promise.all(commands.map(([program, ...args]) => promisify(execFile)(program, args, { env })));
  return said.map(({ stdout }) => /\d+(\.\d+)+/.exec(stdout)?.[0] ?? stdout.trim());
}

async function tally(report) {
  const nothing = '{"numPassedTests":0,"numFailedTests":0,"numRuntimeErrorTestSuites":1}';
  const said = JSON.parse(await readFile(report, 'utf8').catch(() => nothing));
  return { passed: said.numPassedTests, failed: said.numFailedTests + said.numRuntimeErrorTestSuites };
}

function ended(child) {
  return new Promise((resolve, reject) => child.once('error', reject).once('close', resolve));
}
