import { TEST_VARIABLES } from '../../tools/test/throw-away-parts.js';

type TestEnvironment = Readonly<Record<keyof typeof TEST_VARIABLES, string>> & {
  /** The type of work queues in suites that do not say otherwise; `QUEUE_TYPE` of whoever runs the tests. */
  readonly queueType: 'classic' | 'quorum';
};

/** What the global set-up has started for this run of the tests; a test with servers of its own needs the folder alone. */
export function testEnvironment(): TestEnvironment {
  return {
    get queueType() {
      return process.env['QUEUE_TYPE'] === 'quorum' ? 'quorum' : 'classic';
    },
    get folder() {
      return variable(TEST_VARIABLES.folder);
    },
    get rabbitmqUrl() {
      return variable(TEST_VARIABLES.rabbitmqUrl);
    },
    get managementUrl() {
      return variable(TEST_VARIABLES.managementUrl);
    },
    get databaseUrl() {
      return variable(TEST_VARIABLES.databaseUrl);
    },
  };
}

/** The AMQP name of a domain's work queue in suites that do not say otherwise. */
export function workQueueOf(domain: string): string {
  return `leveret.${domain}.${testEnvironment().queueType}-1`;
}

function variable(name: string): string {
  const value = process.env[name];
  if (value === undefined)
    throw new Error(`${name} is not set: these tests run as the Jest projects "e2e" and "faults".`);
  return value;
}
