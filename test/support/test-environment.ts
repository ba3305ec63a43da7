import { TEST_VARIABLES } from '../../tools/test/throw-away-parts.js';

/** What the global set-up has started for this run of the tests; a test with servers of its own needs the folder alone. */
export function testEnvironment(): Readonly<Record<keyof typeof TEST_VARIABLES, string>> {
  return {
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

function variable(name: string): string {
  const value = process.env[name];
  if (value === undefined)
    throw new Error(`${name} is not set: these tests run as the Jest projects "e2e" and "faults".`);
  return value;
}
