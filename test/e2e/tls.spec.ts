import { chownSync, mkdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { BrokerLink } from '#libs/broker';
import { loadBrokerConfig } from '#libs/config';
import { createTelemetry } from '#libs/observability';
import { Screen } from '../../tools/console/screen.js';
import { chooseBroker } from '../../tools/local-nodes/choose-broker.js';
import { type LocalBroker } from '../../tools/local-nodes/local-node.js';
import { callManagement } from '../../tools/local-nodes/management-api.js';
import { freePort } from '../../tools/local-nodes/ports.js';
import { PrivatePostgres } from '../../tools/local-nodes/private-postgres.js';
import { rabbitmqPaths } from '../../tools/local-nodes/rabbitmq-files.js';
import { eventually } from '../support/eventually.js';
import { SuiteJobs } from '../support/suite-jobs.js';
import { testEnvironment } from '../support/test-environment.js';
import { startSuite, type TestSuite } from '../support/test-suite.js';
import { type SignedKey, ThrowAwayAuthority } from '../support/throw-away-authority.js';

const PATIENCE_MS = 120_000;
const HOST = 'localhost';

/** Writes files into a folder, for its owner, and gives their paths. */
function written(folder: string, { key, cert }: SignedKey, name = 'server'): { key: string; cert: string } {
  mkdirSync(folder, { recursive: true });
  const { uid, gid } = statSync(folder);
  const paths = { key: join(folder, `${name}.key`), cert: join(folder, `${name}.pem`) };
  for (const [path, text] of [
    [paths.key, key],
    [paths.cert, cert],
  ] as const) {
    writeFileSync(path, text, { mode: 0o600 });
    chownSync(path, uid, gid);
  }
  return paths;
}

describe('a suite whose broker and database speak TLS', () => {
  let authority: ThrowAwayAuthority;
  let broker: LocalBroker;
  let database: PrivatePostgres;
  let suite: TestSuite;
  let tlsPort: number;
  let trusted: string;
  let stranger: string;

  const path = (name: string): string => join(testEnvironment().folder, `tls-${name}`);

  beforeAll(async () => {
    authority = await ThrowAwayAuthority.make();
    [trusted, stranger] = [path('trusted.pem'), path('stranger.pem')];
    writeFileSync(trusted, authority.certificate);
    writeFileSync(stranger, (await ThrowAwayAuthority.make()).certificate);
    tlsPort = await freePort();
    [broker, database] = await Promise.all([startBroker(), startDatabase()]);
    suite = await startSuite({
      ...{ apps: ['lab'], broker, databaseUrl: database.url },
      env: { RABBITMQ_CA_FILE: trusted },
      route: (_process, { rabbitmqUrl, databaseUrl }) => ({
        rabbitmqUrl: overTls(rabbitmqUrl),
        databaseUrl: overTlsToDatabase(databaseUrl, trusted),
      }),
    });
  }, PATIENCE_MS);

  afterAll(async () => {
    await suite.stop();
    await Promise.all([broker.kill(), database.kill()]);
  }, PATIENCE_MS);

  async function startBroker(): Promise<LocalBroker> {
    const folder = path('broker');
    const { fragments } = rabbitmqPaths(folder);
    mkdirSync(fragments, { recursive: true });
    const { key, cert } = written(path('keys'), await authority.sign(HOST));
    const lines = [
      `listeners.ssl.1 = 127.0.0.1:${tlsPort}`,
      `ssl_options.cacertfile = ${trusted}`,
      `ssl_options.certfile = ${cert}`,
      `ssl_options.keyfile = ${key}`,
      'ssl_options.verify = verify_none',
    ];
    writeFileSync(join(fragments, '10-tls.conf'), `${lines.join('\n')}\n`);
    const started = await chooseBroker(folder, new Screen(process.stderr));
    await started.start();
    return started;
  }

  async function startDatabase(): Promise<PrivatePostgres> {
    const started = new PrivatePostgres(path('database'));
    await started.start();
    const { key, cert } = written(join(path('database'), 'data'), await authority.sign(HOST), 'tls');
    await onDatabase(started.url, async (client) => {
      await client.query(`alter system set ssl_key_file = '${key}'`);
      await client.query(`alter system set ssl_cert_file = '${cert}'`);
      await client.query('alter system set ssl = on');
      await client.query('select pg_reload_conf()');
    });
    await eventually('TLS of the database', () =>
      onDatabase(overTlsToDatabase(started.url, trusted), () => Promise.resolve(true)).catch(() => undefined),
    );
    return started;
  }

  function overTls(url: string, host = HOST): string {
    const { username, password, pathname } = new URL(url);
    return `amqps://${username}:${password}@${host}:${tlsPort}${pathname}`;
  }

  function overTlsToDatabase(url: string, ca: string, host = HOST): string {
    const changed = new URL(url);
    changed.hostname = host;
    changed.search = `?sslmode=verify-full&sslrootcert=${ca}`;
    return changed.href;
  }

  async function onDatabase<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
    const client = new pg.Client({ connectionString: url });
    client.on('error', () => undefined);
    try {
      await client.connect();
      return await work(client);
    } finally {
      await client.end();
    }
  }

  it('runs jobs, and every connection of its apps is encrypted', async () => {
    const jobs = new SuiteJobs(suite);
    const { id } = await jobs.enqueue(
      'lab.script',
      { steps: ['fail', 'ok'], by: 'attempt' },
      { backoff: { type: 'fixed', delay: 10 } },
    );
    await jobs.completed(id);
    const answer = await eventually('connections of all apps', async () => {
      const response = await callManagement(broker, 'GET', '/api/connections');
      const all = (await response.json()) as { ssl?: boolean; vhost: string }[];
      return all.length >= 4 && all.every(({ ssl }) => ssl !== undefined) ? all : undefined;
    });
    expect(answer.map(({ ssl }) => ssl)).toEqual(answer.map(() => true));
    const plain = await suite.servers.query(
      "select from pg_stat_ssl join pg_stat_activity using (pid) where application_name = 'leveret-gateway' and not ssl",
    );
    expect(plain).toEqual([]);
  });

  /** Why a connection to the broker fails. */
  async function brokersRefusal(url: string, ca: string | undefined): Promise<string> {
    const config = loadBrokerConfig({ RABBITMQ_URL: url, ...(ca === undefined ? {} : { RABBITMQ_CA_FILE: ca }) });
    const lines: string[] = [];
    const destination = { write: (line: string) => void lines.push(line) };
    const link = new BrokerLink(config, 'test', createTelemetry({ service: 'test', level: 'info', destination }));
    link.open();
    const line = await eventually('word of the connection', () => lines[0]);
    await link.close();
    return (JSON.parse(line) as { reason?: string }).reason ?? 'connected';
  }

  it('is refused by a broker that nobody it trusts has vouched for, or that has another name', async () => {
    const own = overTls(broker.url);
    expect(await brokersRefusal(own, trusted)).toBe('connected');
    const untrusted = /certificate was signed by none of the authorities that are trusted .* RABBITMQ_CA_FILE/;
    expect(await brokersRefusal(own, stranger)).toMatch(untrusted);
    expect(await brokersRefusal(own, undefined)).toMatch(untrusted);
    expect(await brokersRefusal(overTls(broker.url, '127.0.0.1'), trusted)).toMatch(
      /certificate is not for the host of RABBITMQ_URL: .*127\.0\.0\.1/,
    );
  });

  it('is refused by a database that nobody it trusts has vouched for, or that has another name', async () => {
    const ask = (url: string): Promise<unknown> => onDatabase(url, (client) => client.query('select 1'));
    await expect(ask(overTlsToDatabase(database.url, stranger))).rejects.toThrow(/certificate/);
    await ask(overTlsToDatabase(database.url, trusted));
    written(join(path('database'), 'data'), await authority.sign('database.example.org'), 'tls');
    await onDatabase(database.url, (client) => client.query('select pg_reload_conf()'));
    const renamed = eventually('refusal of the name', () =>
      ask(overTlsToDatabase(database.url, trusted)).then(
        () => undefined,
        (error: unknown) => String(error),
      ),
    );
    expect(await renamed).toMatch(/does not match certificate's altnames/);
  });
});
