import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Leveret } from '#libs/sdk';
import { ensureChromium } from '../tools/browser/chromium.js';
import { type Screen } from '../tools/console/screen.js';
import { type BenchShop, inDatabase, makeShop } from './bench-shop.js';
import { type Processes } from './costs.js';
import { MailSink } from './mail-sink/mail-sink.js';
import { chooseBroker } from '../tools/local-nodes/choose-broker.js';
import { type LocalBroker } from '../tools/local-nodes/local-node.js';
import { freePort } from '../tools/local-nodes/ports.js';
import { PrivatePostgres } from '../tools/local-nodes/private-postgres.js';
import { ensureRedis, PrivateRedis } from '../tools/local-nodes/private-redis.js';
import { AppProcess } from '../tools/processes/app-process.js';
import { appMain, LAB_MAIN } from '../tools/project/app-list.js';
import {
  consumerEnvironment,
  emailEnvironment,
  gatewayEnvironment,
  type SuiteFacts,
} from '../tools/start/environment.js';
import { awaitTasks } from '../tools/start/await-tasks.js';

const ANNOUNCE_PATIENCE_MS = 30_000;
/** What apps say of the messages that one of the questions sends to be unreadable. */
const OF_POISON = /"event":"(message\.unreadable|report\.kept-aside)"/;
const DRAIN_GRACE_MS = 40_000;
/** Jobs that the lab app works on at once, unless a question has it otherwise. */
export const LAB_CONCURRENCY = 200;
/** Connections to the mail server, of the app and beside it. */
export const MAIL_CONNECTIONS = 50;

/** How a program is started as an app. */
interface Program {
  readonly main: string;
  readonly env: NodeJS.ProcessEnv;
}

/** How an app came up. */
export interface StartedApp extends Program {
  readonly process: AppProcess;
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
  #redis: Promise<PrivateRedis> | undefined;

  private constructor(
    private readonly screen: Screen,
    private readonly folder: string,
    private readonly facts: SuiteFacts,
    private readonly servers: Servers,
  ) {}

  static async start(screen: Screen): Promise<BenchSuite> {
    const folder = await mkdtemp(join(tmpdir(), 'leveret-bench-'));
    await mkdir(join(folder, 'files'));
    const broker = await chooseBroker(join(folder, 'rabbitmq'), screen);
    const database = new PrivatePostgres(join(folder, 'postgres'));
    await screen.step('Starting broker and database', () => Promise.all([broker.start(), startNoting(database)]));
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
    const suite = new BenchSuite(screen, folder, facts, { broker, database, sink, shop });
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

  /** A Redis for the rivals that need one, started when the first of them asks. */
  redis(): Promise<PrivateRedis> {
    this.#redis ??= this.#startRedis();
    return this.#redis;
  }

  /** The program of a browser, for questions about pages. */
  chromium(): Promise<string> {
    return ensureChromium(this.screen);
  }

  /** What takes part in the jobs of these apps. */
  processesOf(...apps: readonly string[]): Processes {
    const started = apps.map((name) => [name, [this.#app(name).process.pid]] as const);
    return { ...Object.fromEntries(started), rabbitmq: this.broker.pids, postgres: this.database.pids };
  }

  /**
   * Ends an app in order and starts it again, until the next start with settings of its own; how long the start took, in
   * milliseconds.
   */
  async restart(name: string, settings: NodeJS.ProcessEnv = {}): Promise<number> {
    const app = this.#app(name);
    await app.process.stop(DRAIN_GRACE_MS);
    await this.#startApp(name, app, settings);
    return this.#app(name).readyMs;
  }

  /** Starts one more process of the lab app, or of another program in its place. */
  async startFurther(name: string, settings: NodeJS.ProcessEnv = {}, main = LAB_MAIN): Promise<void> {
    await this.#startApp(name, { main, env: this.#app('lab').env }, settings);
  }

  /** Ends what was started further. */
  async endFurther(name: string): Promise<void> {
    await this.#app(name).process.stop(DRAIN_GRACE_MS);
    this.apps.delete(name);
  }

  async stop(): Promise<void> {
    await Promise.all([...this.apps.values()].map(({ process }) => process.stop(DRAIN_GRACE_MS)));
    const redis = await this.#redis;
    await Promise.all([this.broker.kill(), this.database.kill(), this.sink.stop(), redis?.kill()]);
    await rm(this.folder, { recursive: true, force: true, maxRetries: 5 });
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
    await this.#startApp('gateway', { main: appMain('gateway'), env: gatewayEnvironment(outer, this.facts) });
    await this.#startApp('lab', { main: LAB_MAIN, env: { ...consumer, CONCURRENCY: String(LAB_CONCURRENCY) } });
    await this.#startApp('media', { main: appMain('media'), env: consumer });
    const email = { ...emailEnvironment(outer, this.facts), SMTP_URL: `smtp://127.0.0.1:${this.sink.port}` };
    const mailing = { ...email, SMTP_CONNECTIONS: String(MAIL_CONNECTIONS) };
    await this.#startApp('email', { main: appMain('email'), env: mailing });
    const datasets = { ...consumer, DATASETS_FILE: this.shop.catalog };
    await this.#startApp('exports', { main: appMain('exports'), env: datasets });
    const missing = await awaitTasks(this.leveret, ['lab', 'media', 'email', 'exports'], ANNOUNCE_PATIENCE_MS);
    if (missing.length > 0) throw new Error(`No task of ${missing.join(', ')} was announced.`);
  }

  async #startApp(name: string, { main, env }: Program, settings: NodeJS.ProcessEnv = {}): Promise<void> {
    const began = performance.now();
    const app = new AppProcess({
      main,
      env: { ...env, ...settings },
      recordFile: join(this.folder, `${name}.pid`),
      onLine: (line) => {
        if (!OF_POISON.test(line)) process.stderr.write(`${name}: ${line}\n`);
      },
    });
    if ((await app.ready) === undefined) throw new Error(`${name} did not start: ${await app.ended}`);
    this.apps.set(name, { process: app, main, env, readyMs: performance.now() - began });
  }

  async #startRedis(): Promise<PrivateRedis> {
    const redis = new PrivateRedis(await ensureRedis(this.screen), join(this.folder, 'redis'));
    await redis.start();
    return redis;
  }
}

/** Starts a database that notes when it commits, which is told by nobody else. */
async function startNoting(database: PrivatePostgres): Promise<void> {
  await database.start();
  await inDatabase(database.url, (client) => client.query('ALTER SYSTEM SET track_commit_timestamp = on'));
  await database.stop();
  await database.start();
}
