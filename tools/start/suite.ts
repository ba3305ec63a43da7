import { Leveret } from '#libs/sdk';
import { Problem } from '../console/problem.js';
import { type Screen } from '../console/screen.js';
import { lastLines } from '../processes/last-lines.js';
import { type AppKeeper, type KeeperSurroundings } from '../processes/app-keeper.js';
import { type DataFolder } from './data-folder.js';
import {
  appEnvironment,
  checkSettings,
  EMAIL,
  MEDIA,
  gatewayEnvironment,
  type SuiteFacts,
  wantsSample,
} from './environment.js';
import { awaitTasks } from './await-tasks.js';
import { ensureFfmpeg } from '../local-nodes/ffmpeg-program.js';
import { MailInbox } from './mail-inbox.js';
import { type StartOptions } from './options.js';
import { removeRunFile, type RunFacts, writeRunFile } from './run-file.js';
import { SAMPLE_CATALOG, SampleDatabase } from './sample-database.js';
import { Servers } from './servers.js';
import { SuiteApps } from './suite-apps.js';

const GATEWAY = 'gateway';
const DRAIN_GRACE_MS = 40_000;
const ANNOUNCE_PATIENCE_MS = 60_000;

/** What the suite is started with. */
export interface SuitePlan {
  readonly options: StartOptions;
  readonly env: NodeJS.ProcessEnv;
  readonly data: DataFolder;
  /** The gateway's port; chosen already when any would do. */
  readonly port: number;
}

/** Broker, database, gateway and consumer apps, from the first to the last process. */
export class Suite {
  private readonly servers: Servers;
  private readonly apiKey: string;
  private readonly linkSecret: string;
  private apps: SuiteApps | undefined;
  private inbox: MailInbox | undefined;
  private sampleUrl: string | undefined;
  private complete = false;

  constructor(
    private readonly plan: SuitePlan,
    private readonly screen: Screen,
    private readonly onGiveUp: (problem: Problem) => void,
  ) {
    const { linkSecret, adminApiKey } = plan.data.secrets();
    this.linkSecret = linkSecret;
    this.apiKey = plan.env['ADMIN_API_KEY'] ?? adminApiKey;
    this.servers = new Servers(plan.env, plan.data, { ...this.around, screen });
  }

  get leveret(): Leveret {
    return new Leveret({ apiKey: this.apiKey, url: this.url });
  }

  get facts(): RunFacts {
    const { servers, inbox } = this;
    const apps = this.apps?.members ?? [];
    return {
      url: this.url,
      apiKey: this.apiKey,
      rabbitmqUrl: servers.rabbitmqUrl,
      managementUrl: servers.managementUrl,
      databaseUrl: servers.databaseUrl,
      mailUrl: inbox?.url ?? null,
      settings: shownSettings(gatewayEnvironment(this.plan.env, this.suiteFacts)),
      healthUrls: perApp(apps, ({ url }) => url),
      pids: {
        start: [process.pid],
        ...perApp(apps, ({ pid }) => pid),
        ...servers.pids,
        mail: inbox?.pid === undefined ? null : [inbox.pid],
      },
    };
  }

  /** Resolves when every app is ready and its tasks are listed. @throws Problem when something does not start. */
  async start(): Promise<void> {
    removeRunFile(this.plan.data.runFile);
    const { env, options } = this.plan;
    this.inbox = await this.prepareInbox();
    checkSettings(env, { ...this.suiteFacts, ...this.servers.expected }, options.apps);
    // One package after the other: installing bars the door to others meanwhile.
    await this.prepareFfmpeg();
    await Promise.all([this.servers.start(), this.inbox?.start()]);
    await this.prepareSample();
    const apps = this.makeApps();
    this.apps = apps;
    await apps.start();
    await this.awaitTasks();
    this.complete = true;
    this.writeRunFile();
    apps.scale(this.leveret);
  }

  /** Drains the apps, then stops what they stand on. */
  async stop(): Promise<void> {
    this.complete = false;
    removeRunFile(this.plan.data.runFile);
    const running = this.apps?.members.filter(({ pid }) => pid !== undefined) ?? [];
    if (running.length > 0) {
      const names = running.map(({ about }) => about.process).join(', ');
      await this.screen.step(`Draining ${names}`, async () => this.apps?.stop(DRAIN_GRACE_MS));
    }
    await this.inbox?.stop();
    await this.screen.step('Stopping the broker and the database', () => this.servers.stop());
  }

  /** Ends everything at once. */
  async kill(): Promise<void> {
    this.apps?.killNow();
    this.inbox?.killNow();
    await this.servers.kill();
  }

  private get url(): string {
    return `http://127.0.0.1:${this.plan.port}`;
  }

  private get suiteFacts(): SuiteFacts {
    const { rabbitmqUrl, managementUrl, databaseUrl, ownBroker } = this.servers;
    const { port, data } = this.plan;
    const secrets = { linkSecret: this.linkSecret, adminApiKey: this.apiKey };
    const mail = this.inbox === undefined ? {} : { smtpUrl: this.inbox.smtpUrl };
    const sample = this.sampleUrl === undefined ? {} : { sample: { catalog: SAMPLE_CATALOG, url: this.sampleUrl } };
    const places = { rabbitmqUrl, managementUrl, databaseUrl, ownBroker, dataFolder: data.path, port };
    return { ...places, ...secrets, ...mail, ...sample };
  }

  private get around(): KeeperSurroundings {
    return {
      say: (text) => {
        this.screen.say(text);
      },
      onGiveUp: this.onGiveUp,
      onRestart: () => {
        this.onChange();
      },
    };
  }

  private onChange(): void {
    if (this.complete) this.writeRunFile();
  }

  private writeRunFile(): void {
    writeRunFile(this.plan.data.runFile, this.facts);
  }

  /** None for those who have a server for mails, or do without the email app. */
  private async prepareInbox(): Promise<MailInbox | undefined> {
    const { env, options, data } = this.plan;
    const wanted = options.apps.includes(EMAIL) && (env['SMTP_URL'] ?? '') === '';
    return wanted ? MailInbox.prepare(data, this.around) : undefined;
  }

  /** Pictures do without it: who cannot have it is told, and the suite starts. */
  private async prepareFfmpeg(): Promise<void> {
    if (!this.plan.options.apps.includes(MEDIA)) return;
    try {
      await ensureFfmpeg(this.screen);
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      this.screen.say(error.message);
    }
  }

  /** Only on a server of our own: nobody else's is given a database unasked. */
  private async prepareSample(): Promise<void> {
    const { env, options, data } = this.plan;
    if (!this.servers.ownDatabase || !wantsSample(env, options.apps)) return;
    this.sampleUrl = await this.screen.step('Preparing the sample database', () =>
      new SampleDatabase(data.sampleSecret).prepare(this.servers.databaseUrl),
    );
  }

  private makeApps(): SuiteApps {
    const { env, options, data } = this.plan;
    const facts = this.suiteFacts;
    return new SuiteApps({
      ...{ apps: options.apps, scale: options.scale, data, screen: this.screen, onGiveUp: this.onGiveUp },
      environmentOf: (app) => (app === GATEWAY ? gatewayEnvironment(env, facts) : appEnvironment(app, env, facts)),
      onChange: () => {
        this.onChange();
      },
    });
  }

  private async awaitTasks(): Promise<void> {
    const { apps } = this.plan.options;
    const missing = await this.screen.step('Waiting for the apps to announce their tasks', () =>
      awaitTasks(this.leveret, apps, ANNOUNCE_PATIENCE_MS),
    );
    const [first] = missing;
    if (first === undefined) return;
    throw new Problem(
      `No task of ${missing.join(', ')} is listed by the gateway after ${ANNOUNCE_PATIENCE_MS / 1_000} s. ` +
        `The end of the log of ${first}:\n${lastLines(this.plan.data.logFile(first))}`,
    );
  }
}

const SHOWN_SETTINGS = ['STORAGE_URL', 'QUEUE_TYPE', 'EXCHANGE_PREFIX', 'BROKER_ACK_TIMEOUT'];

function shownSettings(env: NodeJS.ProcessEnv): Record<string, string> {
  const settings: Record<string, string> = {};
  for (const name of SHOWN_SETTINGS) {
    const value = env[name];
    if (value !== undefined && value !== '') settings[name] = value;
  }
  return settings;
}

function perApp<T>(apps: readonly AppKeeper[], value: (app: AppKeeper) => T | undefined): Record<string, T[]> {
  const lists: Record<string, T[]> = {};
  for (const app of apps) {
    const one = value(app);
    if (one !== undefined) (lists[app.about.app] ??= []).push(one);
  }
  return lists;
}
