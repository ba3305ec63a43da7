import { join } from 'node:path';
import { Screen } from '../console/screen.js';
import { errorMessage } from '../console/problem.js';
import { chooseBroker } from '../local-nodes/choose-broker.js';
import { DockerRabbitmq, dockerAnswers } from '../local-nodes/docker-rabbitmq.js';
import { PrivatePostgres } from '../local-nodes/private-postgres.js';
import { ContainerParts } from './container-parts.js';
import { type PartAddresses } from './part-addresses.js';
import { testPostgres } from './test-postgres.js';
import { ThrowAwayFolder } from './throw-away-folder.js';

interface Servers {
  start(): Promise<PartAddresses>;
  stop(): Promise<void>;
}

/** Names of the variables by which the tests are told. */
export const TEST_VARIABLES = {
  folder: 'LEVERET_TEST_FOLDER',
  rabbitmqUrl: 'LEVERET_TEST_RABBITMQ_URL',
  managementUrl: 'LEVERET_TEST_MANAGEMENT_URL',
  databaseUrl: 'LEVERET_TEST_DATABASE_URL',
} as const;

/** A broker and a database for one run of the tests, never those of `npm start`. */
export class ThrowAwayParts {
  private readonly folder = new ThrowAwayFolder();
  private readonly screen = new Screen(process.stderr);
  private servers: Servers | undefined;

  /** The variables for the tests: containers where a Docker engine answers and can run them, else private nodes. */
  async start(): Promise<Record<string, string>> {
    const addresses =
      (await this.startContainers()) ?? (await this.startWith(new PrivateParts(this.folder.path, this.screen)));
    return {
      [TEST_VARIABLES.folder]: this.folder.path,
      [TEST_VARIABLES.rabbitmqUrl]: addresses.rabbitmqUrl,
      [TEST_VARIABLES.managementUrl]: addresses.managementUrl,
      [TEST_VARIABLES.databaseUrl]: addresses.databaseUrl,
    };
  }

  async stop(): Promise<void> {
    await this.servers?.stop();
    this.folder.remove();
  }

  private async startContainers(): Promise<PartAddresses | undefined> {
    if (!(await dockerAnswers())) return undefined;
    try {
      return await this.startWith(new ContainerParts());
    } catch (error) {
      this.screen.say(`Docker answers, but cannot run the servers (${errorMessage(error)}); private nodes are taken.`);
      return undefined;
    }
  }

  private async startWith(servers: Servers): Promise<PartAddresses> {
    this.servers = servers;
    return this.screen.step('Starting a broker and a database for the tests', () => servers.start());
  }
}

class PrivateParts implements Servers {
  private readonly database: PrivatePostgres;
  private stopBroker: () => Promise<void> = () => Promise.resolve();

  constructor(
    private readonly folder: string,
    private readonly screen: Screen,
  ) {
    this.database = new PrivatePostgres(join(folder, 'postgres'), testPostgres());
  }

  async start(): Promise<PartAddresses> {
    const broker = await chooseBroker(join(this.folder, 'rabbitmq'), this.screen);
    this.stopBroker = () => (broker instanceof DockerRabbitmq ? broker.discard() : broker.kill());
    await Promise.all([broker.start(), this.database.start()]);
    return { rabbitmqUrl: broker.url, managementUrl: broker.managementUrl, databaseUrl: this.database.url };
  }

  async stop(): Promise<void> {
    await Promise.all([this.stopBroker(), this.database.kill()]);
  }
}
