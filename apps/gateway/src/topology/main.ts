import { loadBrokerConfig } from '#libs/config';
import { declareWhole } from './declare-whole.js';
import { domainsOf } from './domains.js';
import { HELP } from './help.js';

const args = process.argv.slice(2);
try {
  process.stdout.write(`${args.includes('--help') ? HELP : await declare(args)}\n`);
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}

async function declare(domains: readonly string[]): Promise<string> {
  const { exchanges, queues, bindings } = await declareWhole(loadBrokerConfig(), domainsOf(domains));
  return `Declared: ${exchanges.length} exchanges, ${queues.length} queues, ${bindings.length} bindings.`;
}
