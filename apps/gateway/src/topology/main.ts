import { TopologyError } from '#libs/broker';
import { ConfigError, loadBrokerConfig } from '#libs/config';
import { declareWhole } from './declare-whole.js';
import { domainsOf } from './domains.js';

try {
  const { exchanges, queues, bindings } = await declareWhole(loadBrokerConfig(), domainsOf(process.argv.slice(2)));
  process.stdout.write(
    `Declared: ${exchanges.length} exchanges, ${queues.length} queues, ${bindings.length} bindings.\n`,
  );
} catch (error) {
  const expected = error instanceof ConfigError || error instanceof TopologyError || error instanceof TypeError;
  process.stderr.write(`${expected ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
