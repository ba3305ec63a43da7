import { TEST_VARIABLES } from '../../tools/test/throw-away-parts.js';

/** What the global set-up has started for this run of the tests. */
export function testEnvironment(): Readonly<Record<keyof typeof TEST_VARIABLES, string>> {
  return {
    folder: variable(TEST_VARIABLES.folder),
    rabbitmqUrl: variable(TEST_VARIABLES.rabbitmqUrl),
    managementUrl: variable(TEST_VARIABLES.managementUrl),
    databaseUrl: variable(TEST_VARIABLES.databaseUrl),
  };
}

function variable(name: string): string {
  const value = process.env[name];
  if (value === undefined) throw new Error(`${name} is not set: end-to-end tests run as the Jest project "e2e".`);
  return value;
}
