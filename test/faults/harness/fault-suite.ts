import { setTimeout as wait } from 'node:timers/promises';
import { type LocalBroker, type LocalNode } from '../../../tools/local-nodes/local-node.js';
import { privateBroker, privateDatabase } from '../../support/private-servers.js';
import { startSuite, type TestSuite } from '../../support/test-suite.js';
import { Links } from './links.js';

const GATEWAYS = ['gateway', 'gateway-2'] as const;
const WORKERS = ['lab', 'lab-2'] as const;
/** Runs that a worker has in hand at most. */
export const CONCURRENCY = 8;
const LOOK_EVERY_MS = 100;

/** A time in which nobody can expect an answer of a gateway. */
export interface Silence {
  readonly gateway: string;
  readonly from: number;
  to: number;
}

/** What faults are made in: two gateways, two workers, a broker and a database of their own, and a proxy on every way. */
export class FaultSuite {
  readonly gateways: readonly string[] = GATEWAYS;
  readonly workers: readonly string[] = WORKERS;
  readonly silences: Silence[] = [];
  readonly #held = new Set<string>();
  readonly #urls = new Map<string, string>();
  readonly #starting = new Map<string, Promise<void>>();
  #watch: NodeJS.Timeout | undefined;

  private constructor(
    readonly suite: TestSuite,
    readonly broker: LocalBroker,
    readonly database: LocalNode,
    readonly links: Links,
  ) {}

  /** @param settings for every process, beside those that the faults need */
  static async start(settings: NodeJS.ProcessEnv = {}): Promise<FaultSuite> {
    const [broker, database] = await Promise.all([privateBroker(), privateDatabase()]);
    const servers = { rabbitmqUrl: broker.url, databaseUrl: database.url };
    const links = await Links.between([...GATEWAYS, ...WORKERS], servers);
    const suite = await startSuite({
      apps: ['lab'],
      broker,
      databaseUrl: database.url,
      env: { CONCURRENCY: String(CONCURRENCY), LOG_LEVEL: 'warn', ...settings },
      route: (process, facts) => links.route(process, facts),
    });
    const faults = new FaultSuite(suite, broker, database, links);
    faults.#urls.set(GATEWAYS[0], suite.url);
    await Promise.all([faults.#launch(GATEWAYS[1]), faults.#launch(WORKERS[1])]);
    faults.#watch = setInterval(() => {
      faults.#startWhatHasEnded();
    }, LOOK_EVERY_MS);
    return faults;
  }

  /** The gateways' addresses by name. */
  get urls(): ReadonlyMap<string, string> {
    return this.#urls;
  }

  get processes(): readonly string[] {
    return [...this.gateways, ...this.workers];
  }

  /** Ends a process, by `kill -9` or in order, and keeps it ended until `up`. Others that end are started again at once. */
  async down(process: string, how: 'kill' | 'drain'): Promise<void> {
    await this.#starting.get(process);
    this.#held.add(process);
    await (how === 'kill' ? this.suite.kill(process) : this.suite.stopApp(process));
  }

  async up(process: string): Promise<void> {
    this.#held.delete(process);
    this.#startWhatHasEnded();
    await this.#starting.get(process);
  }

  /** Stops a process as SIGSTOP does, for a time. */
  async freeze(process: string, ms: number): Promise<void> {
    await this.#starting.get(process);
    const { pid } = this.suite.process(process);
    const silence = { gateway: process, from: Date.now(), to: Number.POSITIVE_INFINITY };
    this.silences.push(silence);
    globalThis.process.kill(pid, 'SIGSTOP');
    await wait(ms);
    globalThis.process.kill(pid, 'SIGCONT');
    silence.to = Date.now();
  }

  /** Waits until every process runs. */
  async allUp(): Promise<void> {
    this.#startWhatHasEnded();
    await Promise.all(this.#starting.values());
  }

  async stop(): Promise<void> {
    clearInterval(this.#watch);
    await Promise.allSettled(this.#starting.values());
    try {
      await this.suite.stop();
    } finally {
      await this.links.close();
      await Promise.all([this.broker.kill(), this.database.kill()]);
    }
  }

  /** What a supervisor does in production. */
  #startWhatHasEnded(): void {
    for (const process of this.processes) {
      const ended = !this.suite.process(process).isRunning;
      if (ended && !this.#held.has(process) && !this.#starting.has(process)) void this.#launch(process);
    }
  }

  async #launch(name: string): Promise<void> {
    const app = name.startsWith('gateway') ? 'gateway' : 'lab';
    const started = this.suite.startApp(app, name).then(
      (url) => {
        if (app === 'gateway') this.#urls.set(name, url);
      },
      () => undefined, // It has ended before it was ready, and is started again.
    );
    this.#starting.set(name, started);
    await started;
    this.#starting.delete(name);
  }
}
