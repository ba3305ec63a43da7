// Proves Dockerfile and docker-compose.yml by running them: node scripts/try-compose.mjs
// Builds the images, brings the stack up (without the catcher of mails) under a name, ports and secrets of its own, and sends
// jobs through it; at the end it removes containers, volumes and the images that it built. It needs a Docker engine and the
// compose plugin; without an engine, or where images cannot be pulled: scripts/private-docker.sh node scripts/try-compose.mjs
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { devNull } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const PHOTO = join(ROOT, 'examples', 'assets', 'photo.jpg');
const SECRETS = ['RABBITMQ_PASSWORD', 'POSTGRES_PASSWORD', 'LINK_SECRET', 'ADMIN_API_KEY'];
const CONSUMERS = ['media', 'email', 'exports', 'integrations'];
const APPS = ['gateway', ...CONSUMERS];
/** Where an image has packages, apps and programs. */
const HOLDS = ['node_modules', 'dist/apps', '/usr/bin'];
/** What is there of one app alone. */
const OWN = {
  media: /^(sharp|nsfwjs|ffmpeg)$/m,
  email: /^nodemailer$/m,
  exports: /^pdfkit$/m,
};
/** Prints two seconds of a video. */
const FILM = 'ffmpeg -v error -f lavfi -i testsrc=duration=2:size=1280x720:rate=10 -f matroska -';
const FINAL = ['completed', 'failed', 'cancelled'];
const JOB_PATIENCE_MS = 60_000;
const KILLED = 137;

const name = `leveret-try-${randomBytes(3).toString('hex')}`;
const [gatewayPort, managementPort] = await freePorts(2);
const url = `http://127.0.0.1:${gatewayPort}`;
const secrets = Object.fromEntries(SECRETS.map((secret) => [secret, randomBytes(24).toString('hex')]));
const environment = {
  ...process.env,
  COMPOSE_PROJECT_NAME: name,
  LEVERET_VERSION: name,
  GATEWAY_PORT: String(gatewayPort),
  PUBLIC_URL: url,
  RABBITMQ_UI_PORT: String(managementPort),
  ...secrets,
};

let passed = 0;
try {
  await step('names each secret that is missing', refusesMissingSecrets);
  await step('builds an image per app', build);
  await step('carries in each image what its app alone needs, and in no other', imagesAreLean);
  await step('comes up healthy', () => up('180'));
  await step('announces the tasks of every app', announcesTasks);
  await step('runs as an ordinary user on a read-only file system', isConfined);
  await step('is reached from this machine alone', isLocal);
  await step('keeps the database away from all but the gateway', databaseIsApart);
  await step('waits twelve hours for an acknowledgement', ackTimeout);
  const job = await step('completes media.process-image', processesPhoto);
  await step('looks at a picture with its model, and transcodes a video', looksAndTranscodes);
  await step('scales the media app to three, and all of them work', scales);
  await step('stops without having to kill anything', stopsByItself);
  await step('knows its jobs and files after containers were removed', () => remembers(job));
  console.log(`${passed} passed, 0 failed`);
} catch (error) {
  console.error(error.message);
  await compose('logs', '--no-color', '--tail', '30').then(console.error, () => undefined);
  console.log(`${passed} passed, 1 failed`);
  process.exitCode = 1;
} finally {
  await compose('down', '--volumes', '--remove-orphans', '--timeout', '10');
  await docker('image', 'rm', ...APPS.map(imageOf));
}

async function refusesMissingSecrets() {
  for (const missing of SECRETS) {
    const complaint = await run(['compose', '--env-file', devNull, 'config'], { ...environment, [missing]: '' }).then(
      () => 'nothing',
      (error) => error.message,
    );
    check(complaint.includes(missing) && complaint.includes('.env.example'), `${missing} left empty: ${complaint}`);
  }
}

async function build() {
  await compose('build');
  for (const app of APPS) {
    const bytes = Number(await docker('image', 'inspect', '--format', '{{.Size}}', imageOf(app)));
    console.log(`    ${app}: ${Math.round(bytes / 1e6)} MB`);
  }
}

async function imagesAreLean() {
  for (const app of APPS) {
    const held = await docker('run', '--rm', '--network=none', '--entrypoint=ls', imageOf(app), ...HOLDS);
    const others = Object.entries(OWN).filter(([owner, own]) => owner !== app && own.test(held));
    check(others.length === 0, `the ${app} image holds what ${others.map(([owner]) => owner)} alone needs:\n${held}`);
    check(OWN[app]?.test(held) ?? true, `the ${app} image holds nothing of its own:\n${held}`);
    check(!/^(typescript|jest)$/m.test(held), `the ${app} image holds development packages`);
    const apps = APPS.filter((name) => new RegExp(`^${name}$`, 'm').test(held));
    check(apps.join() === app, `the ${app} image holds ${apps}`);
  }
}

async function announcesTasks() {
  const { data } = await call('GET', '/v1/tasks?limit=200');
  const domains = new Set(data.filter(({ available }) => available).map(({ queue }) => queue));
  check([...domains].sort().join() === CONSUMERS.toSorted().join(), `there are tasks of ${[...domains]}`);
}

async function isConfined() {
  for (const app of APPS) {
    const status = await inside(app, 'cat', '/proc/1/status');
    check(/^Uid:\s+1000\s/m.test(status), `${app} runs as:\n${status}`);
    check(/^CapBnd:\s+0+$/m.test(status) && /^NoNewPrivs:\s+1$/m.test(status), `${app} may do more:\n${status}`);
    const wrote = await inside(app, 'touch', '/app/mark').then(
      () => true,
      () => false,
    );
    check(!wrote, `${app} can write to its own program`);
  }
}

async function isLocal() {
  const format = '{{range .NetworkSettings.Ports}}{{range .}}{{.HostIp}} {{end}}{{end}}';
  const addresses = (await docker('inspect', '--format', format, ...(await containers()))).split(/\s+/).filter(Boolean);
  check(addresses.length === 2 && addresses.every((address) => address === '127.0.0.1'), `open on ${addresses}`);
  const management = await fetch(`http://127.0.0.1:${managementPort}/`);
  check(management.ok, `the management UI answers ${management.status}`);
}

async function databaseIsApart() {
  const lookUp = "require('node:dns').lookup('postgres', (error) => process.exit(error === null ? 0 : 3))";
  await inside('gateway', 'node', '-e', lookUp);
  const found = await Promise.all(
    CONSUMERS.map((app) =>
      inside(app, 'node', '-e', lookUp).then(
        () => [app],
        () => [],
      ),
    ),
  );
  check(found.flat().length === 0, `the database is found by ${found.flat()}`);
}

async function ackTimeout() {
  const timeout = await inside('rabbitmq', 'rabbitmqctl', 'eval', 'application:get_env(rabbit, consumer_timeout).');
  check(timeout.includes('{ok,43200000}'), `consumer_timeout is ${timeout}`);
}

async function processesPhoto() {
  const job = await ended(await enqueuePhoto());
  const [variant] = job.result.variants;
  const file = await fetch(variant.file.url);
  const bytes = (await file.arrayBuffer()).byteLength;
  check(file.ok && bytes === variant.file.size, `${variant.file.url} answers ${file.status} with ${bytes} bytes`);
  return job;
}

async function looksAndTranscodes() {
  const picture = await upload('photo.jpg', await readFile(PHOTO));
  const looked = await ended(await enqueue('media.analyze-image', { source: picture, moderation: {} }));
  check(Object.keys(looked.result.moderation.scores).length > 0, `the model says ${JSON.stringify(looked.result)}`);
  const film = await upload('film.mkv', await bytesFrom('media', ...FILM.split(' ')));
  const transcoded = await ended(await enqueue('media.process-video', { source: film, format: '480p' }));
  check(transcoded.result.outputs[0]?.height === 480, `the video became ${JSON.stringify(transcoded.result)}`);
}

async function scales() {
  await up('120', '--no-recreate', '--scale', 'media=3');
  const jobs = await Promise.all(Array.from({ length: 24 }, enqueuePhoto));
  const attempts = await Promise.all(
    jobs.map(async ({ id }) => {
      await ended({ id });
      return call('GET', `/v1/jobs/${id}/attempts`);
    }),
  );
  const workers = new Set(attempts.flat().map(({ workerId }) => workerId));
  check(workers.size === 3, `the jobs were run by ${[...workers].join(', ')}`);
}

async function stopsByItself() {
  await compose('stop');
  const codes = await docker('inspect', '--format', '{{.Name}} {{.State.ExitCode}}', ...(await containers()));
  const killed = codes.split('\n').filter((line) => line.endsWith(` ${KILLED}`));
  check(killed.length === 0, `had to be killed: ${killed.join(', ')}`);
}

async function remembers({ id }) {
  await compose('down');
  await up('180');
  const job = await ended({ id });
  const file = await fetch(job.result.variants[0].file.url);
  check(file.ok, `the file of an earlier job answers ${file.status}`);
  await ended(await enqueuePhoto());
}

async function enqueuePhoto() {
  const source = await upload('photo.jpg', await readFile(PHOTO));
  const variants = [{ name: 'small', width: 320, format: 'webp', watermark: { text: 'Leveret' } }];
  return enqueue('media.process-image', { source, variants });
}

function enqueue(task, payload) {
  return call('POST', '/v1/jobs', 'application/json', JSON.stringify({ task, payload }));
}

function upload(filename, bytes) {
  return call('POST', `/v1/files?filename=${filename}`, 'application/octet-stream', bytes);
}

async function ended({ id }) {
  const deadline = Date.now() + JOB_PATIENCE_MS;
  for (;;) {
    const job = await call('GET', `/v1/jobs/${id}`);
    if (job.status === 'completed') return job;
    check(!FINAL.includes(job.status), `job ${id} is ${job.status}: ${JSON.stringify(job.error)}`);
    check(Date.now() < deadline, `job ${id} is still ${job.status} after ${JOB_PATIENCE_MS / 1_000} s`);
    await wait(100);
  }
}

async function call(method, path, contentType, body) {
  const headers = {
    authorization: `Bearer ${secrets.ADMIN_API_KEY}`,
    ...(contentType && { 'content-type': contentType }),
  };
  const response = await fetch(url + path, { method, headers, body });
  const text = await response.text();
  check(response.ok, `${method} ${path} answers ${response.status}: ${text}`);
  return JSON.parse(text);
}

async function step(title, work) {
  const began = performance.now();
  const value = await work().catch((error) => {
    throw new Error(`✗ ${title}\n${error.message}`);
  });
  passed += 1;
  console.log(`✓ ${title} (${((performance.now() - began) / 1_000).toFixed(1)} s)`);
  return value;
}

function check(holds, otherwise) {
  if (!holds) throw new Error(otherwise);
}

function imageOf(app) {
  return `leveret/${app}:${name}`;
}

async function containers() {
  return (await compose('ps', '--all', '--quiet')).split('\n').filter(Boolean);
}

/** All but the catcher of mails, which no app waits for. */
function up(seconds, ...options) {
  return compose('up', '--detach', '--wait', '--wait-timeout', seconds, ...options, ...APPS);
}

function inside(service, ...command) {
  return compose('exec', '-T', service, ...command);
}

function bytesFrom(service, ...command) {
  return run(['compose', 'exec', '-T', service, ...command], environment, 'buffer');
}

function compose(...args) {
  return docker('compose', ...args);
}

async function docker(...args) {
  return (await run(args, environment)).trim();
}

function run(args, env, encoding = 'utf8') {
  return new Promise((resolve, reject) => {
    execFile('docker', args, { cwd: ROOT, env, encoding, maxBuffer: 2 ** 26 }, (error, stdout, stderr) => {
      if (error === null) resolve(stdout);
      else reject(new Error(`docker ${args.join(' ')}:\n${stdout}${stderr}`.trim()));
    });
  });
}

async function freePorts(count) {
  const servers = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = createServer().listen(0, '127.0.0.1');
      await new Promise((resolve) => server.once('listening', resolve));
      return server;
    }),
  );
  const ports = servers.map((server) => server.address().port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}
