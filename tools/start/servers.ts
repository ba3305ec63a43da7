import { type Screen } from '../console/screen.js';
import { type Problem } from '../console/problem.js';
import { chooseBroker } from '../local-nodes/choose-broker.js';
import { type LocalBroker, type LocalNode } from '../local-nodes/local-node.js';
import { PrivatePostgres } from '../local-nodes/private-postgres.js';
import { type DataFolder } from './data-folder.js';
import { checkBroker, checkDatabase } from './given-servers.js';
import { NodeKeeper } from './node-keeper.js';

interface Surroundings {
  readonly screen: Screen;
  readonly onRestart: () => void;
  readonly onGiveUp: (problem: Problem) => void;
}

/** The broker and the database: those that the environment names, else private ones. */
export class Servers {
  private broker: NodeKeeper<LocalBroker> | undefined;
  private database: NodeKeeper<LocalNode> | undefined;
  private readonly beginnings: Promise<void>[] = [];
  private stopping = false;

  constructor(
    private readonly env: NodeJS.ProcessEnv,
    private readonly data: DataFolder,
    private readonly around: Surroundings,
  ) {}

  get rabbitmqUrl(): string {
    return this.env['RABBITMQ_URL'] ?? this.broker?.node.url ?? '';
  }

  get databaseUrl(): string {
    return this.env['DATABASE_URL'] ?? this.database?.node.url ?? '';
  }

  /** The addresses as far as they are known before the start; private servers have harmless ones. */
  get expected(): { rabbitmqUrl: string; databaseUrl: string } {
    return {
      rabbitmqUrl: this.env['RABBITMQ_URL'] ?? 'amqp://127.0.0.1',
      databaseUrl: this.env['DATABASE_URL'] ?? 'postgres://127.0.0.1/leveret',
    };
  }

  get managementUrl(): string | null {
    return this.broker?.node.managementUrl ?? null;
  }

  get ownBroker(): boolean {
    return this.broker !== undefined;
  }

  get ownDatabase(): boolean {
    return this.database !== undefined;
  }

  get pids(): { rabbitmq: readonly number[] | null; postgres: readonly number[] | null } {
    return { rabbitmq: this.broker?.node.pids ?? null, postgres: this.database?.node.pids ?? null };
  }

  /** @throws Problem when one of them cannot be had. */
  async start(): Promise<void> {
    this.beginnings.push(this.startBroker(), this.startDatabase());
    await Promise.all(this.beginnings);
  }

  /** Safe at any time, also while they start. */
  async stop(): Promise<void> {
    this.stopping = true;
    await Promise.all([this.broker?.stop(), this.database?.stop()]);
    await Promise.allSettled(this.beginnings);
  }

  async kill(): Promise<void> {
    this.stopping = true;
    await Promise.all([this.broker?.kill(), this.database?.kill()]);
  }

  private async startBroker(): Promise<void> {
    const { screen } = this.around;
    const given = this.env['RABBITMQ_URL'];
    if (given !== undefined) return screen.step('Looking for the broker of RABBITMQ_URL', () => checkBroker(given));
    const node = await chooseBroker(this.data.broker, screen);
    if (this.stopping) return;
    const keeper = new NodeKeeper('rabbitmq', node, this.around);
    this.broker = keeper;
    await screen.step('Starting RabbitMQ', () => keeper.start());
  }

  private async startDatabase(): Promise<void> {
    const { screen } = this.around;
    const given = this.env['DATABASE_URL'];
    if (given !== undefined) return screen.step('Looking for the database of DATABASE_URL', () => checkDatabase(given));
    const keeper = new NodeKeeper('postgres', new PrivatePostgres(this.data.database), this.around);
    this.database = keeper;
    await screen.step('Starting PostgreSQL', () => keeper.start());
  }
}
