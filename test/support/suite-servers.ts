import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { callManagement, type ManagedBroker } from '../../tools/local-nodes/management-api.js';
import { testEnvironment } from './test-environment.js';

/** Servers that a suite takes its virtual host and its database from; those of the whole run unless a test has its own. */
export interface ServersOfSuite {
  readonly broker?: ManagedBroker;
  readonly databaseUrl?: string;
}

/** A virtual host and an empty database that no other suite sees. */
export class SuiteServers {
  readonly rabbitmqUrl: string;
  readonly databaseUrl: string;

  private constructor(
    readonly id: string,
    readonly broker: ManagedBroker,
    private readonly administration: string,
  ) {
    this.rabbitmqUrl = withPath(broker.url, id);
    this.databaseUrl = withPath(administration, id);
  }

  static async make(servers: ServersOfSuite): Promise<SuiteServers> {
    const shared = testEnvironment();
    const broker = servers.broker ?? { url: shared.rabbitmqUrl, managementUrl: shared.managementUrl };
    const id = `suite_${randomBytes(6).toString('hex')}`;
    const made = new SuiteServers(id, broker, servers.databaseUrl ?? shared.databaseUrl);
    await Promise.all([made.makeVirtualHost(), made.administer(`create database ${id}`)]);
    return made;
  }

  /** Servers that a test has stopped for good cannot be cleaned up and need not be. */
  async discard(): Promise<void> {
    await Promise.allSettled([
      callManagement(this.broker, 'DELETE', `/api/vhosts/${this.id}`),
      this.administer(`drop database if exists ${this.id} with (force)`),
    ]);
  }

  /** Takes everything out of the virtual host: a broker that comes back with an empty data folder looks the same. */
  async wipeBroker(): Promise<void> {
    await callManagement(this.broker, 'DELETE', `/api/vhosts/${this.id}`);
    await this.makeVirtualHost();
  }

  /** Takes every message out of a queue. */
  async purge(queue: string): Promise<void> {
    await callManagement(this.broker, 'DELETE', `/api/queues/${this.id}/${queue}/contents`);
  }

  /** Calls the management API for something of this suite's virtual host: `queues`, `bindings`, `exchanges/<name>`. */
  async inspect<T>(path: string): Promise<T> {
    const [kind = path, ...rest] = path.split('/');
    const response = await callManagement(this.broker, 'GET', ['/api', kind, this.id, ...rest].join('/'));
    if (!response.ok)
      throw new Error(`The management API answered ${response.status} to ${path}: ${await response.text()}`);
    return (await response.json()) as T;
  }

  /** Runs one statement in this suite's database. */
  async query<Row extends pg.QueryResultRow>(text: string, values: readonly unknown[] = []): Promise<readonly Row[]> {
    return onConnection(this.databaseUrl, async (client) => (await client.query<Row>(text, [...values])).rows);
  }

  /** Keeps the row of a job locked while `work` runs: nothing that is reported of it can be written. */
  async whileLocked(job: string, work: () => Promise<void>): Promise<void> {
    await onConnection(this.databaseUrl, async (client) => {
      await client.query('begin');
      await client.query('select from jobs where id = $1 for update', [job]);
      await work();
      await client.query('rollback');
    });
  }

  /** Lets everybody consume from the queues whose names fit a pattern; all else is allowed. */
  async letRead(read: string): Promise<void> {
    const user = decodeURIComponent(new URL(this.broker.url).username);
    const rights = { configure: '.*', write: '.*', read };
    await this.put(`/api/permissions/${this.id}/${encodeURIComponent(user)}`, rights);
  }

  private async makeVirtualHost(): Promise<void> {
    await this.put(`/api/vhosts/${this.id}`);
    await this.letRead('.*');
  }

  private async put(path: string, body?: object): Promise<void> {
    const { ok, status } = await callManagement(this.broker, 'PUT', path, body);
    if (!ok) throw new Error(`The broker refused ${path}: ${status}`);
  }

  private async administer(statement: string): Promise<void> {
    await onConnection(this.administration, (client) => client.query(statement));
  }
}

async function onConnection<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

function withPath(url: string, path: string): string {
  const changed = new URL(url);
  changed.pathname = `/${path}`;
  return changed.href;
}
