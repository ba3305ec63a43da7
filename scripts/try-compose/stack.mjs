// The stack of docker-compose.yml under a name, ports and secrets of its own, and how it is spoken to.
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { createServer } from 'node:net';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const HERE = dirname(fileURLToPath(import.meta.url));
export const ROOT = dirname(dirname(HERE));
/** What nothing starts without. */
export const SECRETS = [
  ...['RABBITMQ_PASSWORD', 'POSTGRES_PASSWORD', 'LINK_SECRET', 'ADMIN_API_KEY'],
  'AWS_SECRET_ACCESS_KEY',
];
export const CONSUMERS = ['media', 'email', 'exports', 'integrations'];
export const APPS = ['gateway', ...CONSUMERS];

const name = `leveret-try-${randomBytes(3).toString('hex')}`;
const [gatewayPort, managementPort, mailPort] = await freePorts(3);

export const gatewayUrl = `http://127.0.0.1:${gatewayPort}`;
export const managementUrl = `http://127.0.0.1:${managementPort}`;
export const mailUrl = `http://127.0.0.1:${mailPort}`;
export const secrets = Object.fromEntries(SECRETS.map((secret) => [secret, randomBytes(24).toString('hex')]));
/** What compose reads in the place of a `.env`. */
export const environment = {
  ...process.env,
  COMPOSE_FILE: [process.env.COMPOSE_FILE ?? join(ROOT, 'docker-compose.yml'), join(HERE, 'shop.yml')].join(delimiter),
  COMPOSE_PROJECT_NAME: name,
  LEVERET_VERSION: name,
  GATEWAY_PORT: String(gatewayPort),
  PUBLIC_URL: gatewayUrl,
  RABBITMQ_UI_PORT: String(managementPort),
  MAIL_UI_PORT: String(mailPort),
  DATASETS_DATABASES: `shop=postgres://leveret:${secrets.POSTGRES_PASSWORD}@shop/leveret`,
  EGRESS_ALLOW: 'gateway:3000',
  ...secrets,
};

export function imageOf(app) {
  return `leveret/${app}:${name}`;
}

export async function containers(...services) {
  return (await compose('ps', '--all', '--quiet', ...services)).split('\n').filter(Boolean);
}

export function up(seconds, ...options) {
  return compose('up', '--detach', '--wait', '--wait-timeout', seconds, ...options);
}

export function inside(service, ...command) {
  return compose('exec', '-T', service, ...command);
}

export function bytesFrom(service, ...command) {
  return run(['compose', 'exec', '-T', service, ...command], environment, 'buffer');
}

export function compose(...args) {
  return docker('compose', ...args);
}

export async function docker(...args) {
  return (await run(args, environment)).trim();
}

export function run(args, env, encoding = 'utf8') {
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
