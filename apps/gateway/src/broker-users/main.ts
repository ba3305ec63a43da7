import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { domainsOf } from '../topology/domains.js';
import { brokerDefinitions } from './definitions.js';
import { passwordsIn } from './passwords.js';

const USAGE = `npm run --silent broker:users -- [options] [domains of the apps] > definitions.json
  Prints a user for each app with the least rights that work, for the import of RabbitMQ's management UI.
  --vhost /           the virtual host of the suite
  --prefix leveret    EXCHANGE_PREFIX of the suite
  --passwords FILE    lines "user=password"; who has none cannot sign in until somebody gives one
Without domains: those of the apps that come with the suite.`;

try {
  process.stdout.write(definitions(process.argv.slice(2)));
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n\n${USAGE}\n`);
  process.exitCode = 1;
}

function definitions(args: readonly string[]): string {
  const text = { type: 'string' } as const;
  const options = { vhost: text, prefix: text, passwords: text, help: { type: 'boolean' } } as const;
  const { values, positionals } = parseArgs({ args: [...args], allowPositionals: true, options });
  if (values.help === true) return `${USAGE}\n`;
  const made = brokerDefinitions({
    ...{ vhost: values.vhost ?? '/', prefix: values.prefix ?? 'leveret', domains: domainsOf(positionals) },
    passwords: values.passwords === undefined ? new Map() : passwordsIn(readFileSync(values.passwords, 'utf8')),
  });
  return `${JSON.stringify(made, null, 2)}\n`;
}
