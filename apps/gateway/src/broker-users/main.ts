import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { domainsOf } from '../topology/domains.js';
import { brokerDefinitions } from './definitions.js';
import { HELP } from './help.js';
import { passwordsIn } from './passwords.js';

try {
  process.stdout.write(definitions(process.argv.slice(2)));
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n\n${HELP}\n`);
  process.exitCode = 1;
}

function definitions(args: readonly string[]): string {
  const text = { type: 'string' } as const;
  const options = { vhost: text, prefix: text, passwords: text, help: { type: 'boolean' } } as const;
  const { values, positionals } = parseArgs({ args: [...args], allowPositionals: true, options });
  if (values.help === true) return `${HELP}\n`;
  const made = brokerDefinitions({
    ...{ vhost: values.vhost ?? '/', prefix: values.prefix ?? 'leveret', domains: domainsOf(positionals) },
    passwords: values.passwords === undefined ? new Map() : passwordsIn(readFileSync(values.passwords, 'utf8')),
  });
  return `${JSON.stringify(made, null, 2)}\n`;
}
