import { randomBytes } from 'node:crypto';
import { GenericContainer, type StartedTestContainer, Wait } from 'testcontainers';
import { type PartAddresses } from './part-addresses.js';

const RABBITMQ_IMAGE = 'rabbitmq:4-management';
const POSTGRES_IMAGE = 'postgres:18';
const CONFIGURATION = 'consumer_timeout = 43200000\n';
const [AMQP, MANAGEMENT, POSTGRES] = [5_672, 15_672, 5_432];
const HEALTHY = '/api/health/checks/virtual-hosts';
// By TCP: the server that prepares a new database listens on its socket alone.
const READY = 'pg_isready --quiet --host=127.0.0.1 --username=leveret --dbname=leveret';
const START_PATIENCE_MS = 180_000;

/** A broker and a database in containers of their own, removed at the end. */
export class ContainerParts {
  private readonly password = randomBytes(18).toString('base64url');
  private started: readonly StartedTestContainer[] = [];

  async start(): Promise<PartAddresses> {
    const starting = [this.startRabbitmq(), this.startPostgres()] as const;
    const settled = await Promise.allSettled(starting);
    this.started = settled.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
    try {
      const [rabbitmq, postgres] = await Promise.all(starting);
      const credentials = `leveret:${this.password}`;
      return {
        rabbitmqUrl: `amqp://${credentials}@${rabbitmq.getHost()}:${rabbitmq.getMappedPort(AMQP)}`,
        managementUrl: `http://${rabbitmq.getHost()}:${rabbitmq.getMappedPort(MANAGEMENT)}`,
        databaseUrl: `postgres://${credentials}@${postgres.getHost()}:${postgres.getMappedPort(POSTGRES)}/leveret`,
      };
    } catch (error) {
      await this.stop();
      throw error;
    }
  }

  async stop(): Promise<void> {
    await Promise.all(this.started.map((container) => container.stop()));
  }

  private startRabbitmq(): Promise<StartedTestContainer> {
    return new GenericContainer(RABBITMQ_IMAGE)
      .withEnvironment({ RABBITMQ_DEFAULT_USER: 'leveret', RABBITMQ_DEFAULT_PASS: this.password })
      .withCopyContentToContainer([{ content: CONFIGURATION, target: '/etc/rabbitmq/conf.d/90-leveret.conf' }])
      .withExposedPorts(AMQP, MANAGEMENT)
      .withWaitStrategy(Wait.forHttp(HEALTHY, MANAGEMENT).withBasicCredentials('leveret', this.password))
      .withStartupTimeout(START_PATIENCE_MS)
      .start();
  }

  private startPostgres(): Promise<StartedTestContainer> {
    return new GenericContainer(POSTGRES_IMAGE)
      .withEnvironment({ POSTGRES_USER: 'leveret', POSTGRES_PASSWORD: this.password, POSTGRES_DB: 'leveret' })
      .withExposedPorts(POSTGRES)
      .withHealthCheck({ test: ['CMD-SHELL', READY], interval: 250, retries: 1_000 })
      .withWaitStrategy(Wait.forHealthCheck())
      .withStartupTimeout(START_PATIENCE_MS)
      .start();
  }
}
