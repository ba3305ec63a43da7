import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Leveret } from '#libs/sdk';
import { type Screen } from '../tools/console/screen.js';
import { type BenchShop, makeShop } from './bench-shop.js';
import { MailSink } from './mail-sink/mail-sink.js';
import { chooseBroker } from '../tools/local-nodes/choose-broker.js';
import { type LocalBroker } from '../tools/local-nodes/local-node.js';
import { freePort } from '../tools/local-nodes/ports.js';
import { PrivatePostgres } from '../tools/local-nodes/private-postgres.js';
import { AppProcess } from '../tools/processes/app-process.js';
import { appMain, LAB_MAIN } from '../tools/start/app-list.js';
import {
  consumerEnvironment,
  emailEnvironment,
  gatewayEnvironment,
  type SuiteFacts,
} from '../tools/start/environment.js';
import { awaitTasks } from '../tools/start/await-tasks.js';

const ANNOUNCE_PATIENCE_MS = 30_000;
const DRAIN_GRACE_MS = 40_000;
/** Connections to the mail server, of the app and beside it. */
export const MAIL_CONNECTIONS = 50;

/** How an app came up. */
export interface StartedApp {
  readonly process: AppProcess;
  readonly main: string;
  readonly env: NodeJS.ProcessEnv;
  readonly readyMs: number;
}

interface Servers {
  readonly broker: LocalBroker;
  readonly database: PrivatePostgres;
  readonly sink: MailSink;
  readonly shop: BenchShop;
}

/** Broker, database, gateway and consumer apps of one run of the benchmarks, durable as in production. */
export class BenchSuite {
  readonly apps = new Map<string, StartedApp>();

  private constructor(
    private readonly folder: string,
    private readonly facts: SuiteFacts,
    private readonly servers: Servers,
  ) {}

  static async start(screen: Screen): Promise<BenchSuite> {
    const folder = await mkdtemp(join(tmpdir(), 'leveret-bench-'));
    await mkdir(join(folder, 'files'));
    const broker = await chooseBroker(join(folder, 'rabbitmq'), screen);
    const database = new PrivatePostgres(join(folder, 'postgres'));
    await screen.step('Starting broker and database', () => Promise.all([broker.start(), database.start()]));
    const facts: SuiteFacts = {
      rabbitmqUrl: broker.url,
      managementUrl: null,
      ownBroker: true,
      databaseUrl: database.url,
      dataFolder: folder,
      port: await freePort(),
      linkSecret: randomBytes(36).toString('base64url'),
      adminApiKey: randomBytes(24).toString('base64url'),
    };
    const [sink, shop] = [await MailSink.start(), await makeShop(database.url, folder)];
    const suite = new BenchSuite(folder, facts, { broker, database, sink, shop });
    await screen.step('Starting gateway and apps', () => suite.#startApps());
    return suite;
  }

  get broker(): LocalBroker {
    return this.servers.broker;
  }

  get database(): PrivatePostgres {
    return this.servers.database;
  }

  /** Where the mails of the email app end. */
  get sink(): MailSink {
    return this.servers.sink;
  }

  /** What rows are exported from and imported into. */
  get shop(): BenchShop {
    return this.servers.shop;
  }

  get url(): string {
    return `http://127.0.0.1:${this.facts.port}`;
  }

  get apiKey(): string {
    return this.facts.adminApiKey;
  }

  get leveret(): Leveret {
    return new Leveret({ apiKey: this.apiKey, url: this.url });
  }

  /** The process ids by which the cost of a job is counted. */
  get pids(): Readonly<Record<string, readonly number[]>> {
    const apps = [...this.apps].map(([name, { process }]) => [name, [process.pid]] as const);
    return { ...Object.fromEntries(apps), rabbitmq: this.broker.pids, postgres: this.database.pids };
  }

  /** Ends an app in order and starts it again, with settings of its own; how long the start took, in milliseconds. */
  async restart(name: string, settings: NodeJS.ProcessEnv = {}): Promise<number> {
    const { process: running, main, env } = this.#app(name);
    await running.stop(DRAIN_GRACE_MS);
    await this.#startApp(name, main, { ...env, ...settings });
    return this.#app(name).readyMs;
  }

  async stop(): Promise<void> {
    await Promise.all([...this.apps.values()].map(({ process }) => process.stop(DRAIN_GRACE_MS)));
    await Promise.all([this.broker.kill(), this.database.kill(), this.sink.stop()]);
    await rm(this.folder, { recursive: true, force: true });
  }

  #app(name: string): StartedApp {
    const app = this.apps.get(name);
    if (app === undefined) throw new Error(`There is no app ${name} in this suite.`);
    return app;
  }

  async #startApps(): Promise<void> {
    const outer = { PATH: process.env['PATH'], NODE_ENV: 'production', LOG_LEVEL: 'warn' };
    const consumer = consumerEnvironment(outer, this.facts);
    // One after the other, so that each has the machine to itself while it starts.
    await this.#startApp('gateway', appMain('gateway'), gatewayEnvironment(outer, this.facts));
    await this.#startApp('lab', LAB_MAIN, { ...consumer, CONCURRENCY: '200' });
    await this.#startApp('media', appMain('media'), consumer);
    const email = { ...emailEnvironment(outer, this.facts), SMTP_URL: `smtp://127.0.0.1:${this.sink.port}` };
    await this.#startApp('email', appMain('email'), { ...email, SMTP_CONNECTIONS: String(MAIL_CONNECTIONS) });
    await this.#startApp('exports', appMain('exports'), { ...consumer, DATASETS_FILE: this.shop.catalog });
    const missing = await awaitTasks(this.leveret, ['lab', 'media', 'email', 'exports'], ANNOUNCE_PATIENCE_MS);
    if (missing.length > 0) throw new Error(`No task of ${missing.join(', ')} was announced.`);
  }

  async #startApp(name: string, main: string, env: NodeJS.ProcessEnv): Promise<void> {
    const began = performance.now();
    const app = new AppProcess({
      main,
      env,
      recordFile: join(this.folder, `${name}.pid`),
      onLine: (line) => process.stderr.write(`${name}: ${line}\n`),
    });
    if ((await app.ready) === undefined) throw new Error(`${name} did not start: ${await app.ended}`);
    this.apps.set(name, { process: app, main, env, readyMs: performance.now() - began });
  }
}
