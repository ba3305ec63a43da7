import { randomBytes } from 'node:crypto';
import { join, relative } from 'node:path';
import { Leveret } from '#libs/sdk';
import { freePort } from '../../tools/local-nodes/ports.js';
import { AppProcess } from '../../tools/processes/app-process.js';
import { RECORD_SUFFIX } from '../../tools/processes/recorded-processes.js';
import { appMain, LAB_MAIN, PROJECT } from '../../tools/project/app-list.js';
import { appEnvironment, gatewayEnvironment, type SuiteFacts } from '../../tools/start/environment.js';
import { awaitTasks } from '../../tools/start/await-tasks.js';
import { type ServersOfSuite, SuiteServers } from './suite-servers.js';
import { testEnvironment } from './test-environment.js';

const GATEWAY = 'gateway';
const LAB = 'lab';
const DRAIN_GRACE_MS = 40_000;
const ANNOUNCE_PATIENCE_MS = 30_000;
const LINES_KEPT = 2_000;

export interface SuiteOptions extends ServersOfSuite {
  /** The consumer apps beside the gateway; `lab` is the one that does as it is told. */
  readonly apps: readonly string[];
  /** Settings for every process of the suite. */
  readonly env?: NodeJS.ProcessEnv;
  /** Flags for Node in every process of the suite. @default none */
  readonly flags?: readonly string[];
  /** Sends a process to its servers by other addresses, such as a proxy's. */
  readonly route?: (process: string, servers: Servers) => Servers;
  /** The folder whose `dist` a process is started from: another build of the project. @default this project */
  readonly buildOf?: (process: string) => string;
}

/** Where a process finds its broker and its database. */
export type Servers = Pick<SuiteFacts, 'rabbitmqUrl' | 'databaseUrl'>;

/** An answer of the gateway with its body read: JSON parsed, anything else as text. */
export interface ApiAnswer<T> {
  readonly status: number;
  readonly headers: Headers;
  readonly body: T;
}

interface CallOptions {
  /** Another key than the admin's; null sends none. */
  readonly key?: string | null;
  /** Another gateway than the first. */
  readonly url?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Starts the built gateway and consumer apps on a virtual host and a database of their own; resolves when tasks are listed. */
export async function startSuite(options: SuiteOptions): Promise<TestSuite> {
  const servers = await SuiteServers.make(options);
  const suite = new TestSuite(servers, await freePort(), options);
  try {
    await suite.startAll();
    return suite;
  } catch (error) {
    await suite.stop().catch(() => undefined);
    throw error;
  }
}

/** A running suite of processes. Whoever starts one calls `stop`, which fails when an app has left a child behind. */
export class TestSuite {
  readonly apiKey = `test_${randomBytes(24).toString('base64url')}`;
  readonly url: string;
  readonly dataFolder: string;
  private readonly facts: SuiteFacts;
  private readonly processes = new Map<string, AppProcess>();
  private readonly lines = new Map<string, string[]>();
  private readonly ports = new Map<string, number>();
  private readonly leaks: string[] = [];

  constructor(
    readonly servers: SuiteServers,
    port: number,
    private readonly options: SuiteOptions,
  ) {
    this.url = `http://127.0.0.1:${port}`;
    this.dataFolder = join(testEnvironment().folder, 'suites', servers.id);
    this.facts = {
      rabbitmqUrl: servers.rabbitmqUrl,
      managementUrl: servers.broker.managementUrl,
      databaseUrl: servers.databaseUrl,
      ownBroker: true,
      dataFolder: this.dataFolder,
      port,
      linkSecret: randomBytes(36).toString('base64url'),
      adminApiKey: this.apiKey,
    };
  }

  async startAll(): Promise<void> {
    const { apps } = this.options;
    await Promise.all([GATEWAY, ...apps].map((app) => this.startApp(app)));
    const missing = await awaitTasks(this.leveret, apps, ANNOUNCE_PATIENCE_MS);
    if (missing.length > 0) throw new Error(this.withLogs(`No task of ${missing.join(', ')} is listed`, missing));
  }

  /**
   * Starts one app and resolves with the address that it tells when it is ready.
   * @param name another than the app's, for a further process of it; a further gateway gets a port of its own, and keeps it
   */
  async startApp(app: string, name = app): Promise<string> {
    const process = this.launch(app, name, await this.portOf(app, name));
    const address = await process.ready;
    if (address === undefined)
      throw new Error(this.withLogs(`${name} ended before it was ready (${await process.ended})`, [name]));
    return address;
  }

  /** Drains one process. */
  async stopApp(app: string): Promise<void> {
    await this.process(app).stop(DRAIN_GRACE_MS);
  }

  /** Kills one process as `kill -9` does; its children must end by themselves. */
  async kill(app: string): Promise<void> {
    await this.process(app).crash();
  }

  /** Drains the app's first process and starts it again. */
  async restart(app: string): Promise<string> {
    await this.stopApp(app);
    return this.startApp(app);
  }

  /** The suite as a program of a user sees it. */
  get leveret(): Leveret {
    return new Leveret({ apiKey: this.apiKey, url: this.url });
  }

  /** The latest process of this name. */
  process(app: string): AppProcess {
    const process = this.processes.get(app);
    if (process === undefined) throw new Error(`${app} was not started in this suite.`);
    return process;
  }

  /** What an app of this suite is started with, for tests that start it by other means. */
  environment(app: string): NodeJS.ProcessEnv {
    return this.environmentOf(app, app, this.facts.port);
  }

  /** The latest lines that an app has printed, over all its starts. */
  log(app: string): readonly string[] {
    return this.lines.get(app) ?? [];
  }

  /** Calls the gateway as the admin; a plain object is sent as JSON, text and bytes as they are. */
  async api<T>(method: string, path: string, body?: unknown, options: CallOptions = {}): Promise<ApiAnswer<T>> {
    const key = options.key === undefined ? this.apiKey : options.key;
    const raw = typeof body === 'string' || body instanceof Uint8Array;
    const response = await fetch(new URL(path, options.url ?? this.url), {
      method,
      headers: {
        ...(key === null ? {} : { authorization: `Bearer ${key}` }),
        ...(body === undefined || raw ? {} : { 'content-type': 'application/json' }),
        ...options.headers,
      },
      ...(body === undefined ? {} : { body: raw ? (body as string | Uint8Array<ArrayBuffer>) : JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, headers: response.headers, body: parse(response, text) as T };
  }

  /** Drains every app and removes the virtual host and the database. @throws Error when a child process was left behind. */
  async stop(): Promise<void> {
    await Promise.all([...this.processes.values()].map((process) => process.stop(DRAIN_GRACE_MS)));
    await this.servers.discard();
    if (this.leaks.length > 0) throw new Error(`Processes were left behind and killed: ${this.leaks.join('; ')}`);
  }

  private async portOf(app: string, name: string): Promise<number> {
    const port = app === name ? this.facts.port : (this.ports.get(name) ?? (await freePort()));
    this.ports.set(name, port);
    return port;
  }

  private launch(app: string, name: string, port: number): AppProcess {
    const main = app === LAB ? LAB_MAIN : appMain(app);
    const build = this.options.buildOf?.(name) ?? PROJECT;
    const process = new AppProcess({
      main: join(build, relative(PROJECT, main)),
      flags: this.options.flags ?? [],
      env: this.environmentOf(app, name, port),
      recordFile: join(this.dataFolder, `${name}${RECORD_SUFFIX}`),
      onLine: (line) => {
        this.keepLine(name, line);
      },
    });
    this.processes.set(name, process);
    void process.ended.then(() => {
      if (process.leftBehind.length > 0) this.leaks.push(`${name}: ${process.leftBehind.join(', ')}`);
    });
    return process;
  }

  private environmentOf(app: string, name: string, port: number): NodeJS.ProcessEnv {
    const { PATH, HOME, TMPDIR } = process.env;
    const outer = {
      PATH,
      HOME,
      TMPDIR,
      NODE_ENV: 'test',
      QUEUE_TYPE: testEnvironment().queueType,
      ...this.options.env,
    };
    const facts = { ...this.facts, ...this.options.route?.(name, this.facts), port };
    return app === GATEWAY ? gatewayEnvironment(outer, facts) : appEnvironment(app, outer, facts);
  }

  private keepLine(app: string, line: string): void {
    const lines = this.lines.get(app) ?? [];
    lines.push(line);
    if (lines.length > LINES_KEPT) lines.shift();
    this.lines.set(app, lines);
  }

  private withLogs(message: string, apps: readonly string[]): string {
    const logs = apps.map((app) => this.log(app).slice(-20).join('\n'));
    return [message, ...logs].join('\n');
  }
}

function parse(response: Response, text: string): unknown {
  return /[/+]json/.test(response.headers.get('content-type') ?? '') ? JSON.parse(text) : text;
}
