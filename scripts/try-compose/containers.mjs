// What must hold of the containers: who they are, what they reach, and how they come and go.
import { devNull } from 'node:os';
import { check } from './check.mjs';
import { enqueue, ended } from './gateway.mjs';
import { enqueuePhoto } from './jobs.mjs';
import {
  APPS,
  compose,
  CONSUMERS,
  containers,
  docker,
  environment,
  inside,
  managementUrl,
  run,
  SECRETS,
  up,
} from './stack.mjs';

const KILLED = 137;

export async function refusesMissingSecrets() {
  for (const missing of SECRETS) {
    const complaint = await run(['compose', '--env-file', devNull, 'config'], { ...environment, [missing]: '' }).then(
      () => 'nothing',
      (error) => error.message,
    );
    check(complaint.includes(missing) && complaint.includes('.env.example'), `${missing} left empty: ${complaint}`);
  }
}

export async function isConfined() {
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

export async function isLocal() {
  const format = '{{range .NetworkSettings.Ports}}{{range .}}{{.HostIp}} {{end}}{{end}}';
  const addresses = (await docker('inspect', '--format', format, ...(await containers()))).split(/\s+/).filter(Boolean);
  check(addresses.length === 3 && addresses.every((address) => address === '127.0.0.1'), `open on ${addresses}`);
  const management = await fetch(managementUrl);
  check(management.ok, `the management UI answers ${management.status}`);
}

export async function databaseIsApart() {
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

export async function ackTimeout() {
  const timeout = await inside('rabbitmq', 'rabbitmqctl', 'eval', 'application:get_env(rabbit, consumer_timeout).');
  check(timeout.includes('{ok,43200000}'), `consumer_timeout is ${timeout}`);
}

/** One app is stopped and replaced; its job waits, and those of another go on in the same containers. */
export async function replacesOneAlone() {
  const others = async () => (await containers('gateway', 'media', 'exports', 'integrations')).sort().join();
  const before = await others();
  await compose('stop', 'email');
  const waiting = await enqueue('email.send', { to: 'later@example.org', subject: 'Later', text: 'Later.' });
  await ended(await enqueuePhoto());
  await up('60', '--no-deps', '--force-recreate', 'email');
  await ended(waiting);
  check((await others()) === before, `other containers were replaced: ${before} became ${await others()}`);
}

export async function stopsByItself() {
  await compose('stop');
  const codes = await docker('inspect', '--format', '{{.Name}} {{.State.ExitCode}}', ...(await containers()));
  const killed = codes.split('\n').filter((line) => line.endsWith(` ${KILLED}`));
  check(killed.length === 0, `had to be killed: ${killed.join(', ')}`);
}
