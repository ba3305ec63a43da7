import { BrokerLink, declaresOnce, type Topology, TopologyError } from '#libs/broker';
import { type BrokerConfig, ConfigError, loadBrokerConfig } from '#libs/config';
import { createTelemetry } from '#libs/observability';
import { domainsOf } from './domains.js';
import { wholeTopology } from './whole-topology.js';

const PATIENCE_MS = 20_000;

try {
  const { exchanges, queues, bindings } = await declare(loadBrokerConfig(), domainsOf(process.argv.slice(2)));
  process.stdout.write(
    `Declared: ${exchanges.length} exchanges, ${queues.length} queues, ${bindings.length} bindings.\n`,
  );
} catch (error) {
  const expected = error instanceof ConfigError || error instanceof TopologyError || error instanceof TypeError;
  process.stderr.write(`${expected ? error.message : String(error)}\n`);
  process.exitCode = 1;
}

/** Declares all that the suite shares, whatever `TOPOLOGY` says: this is who does it for the others. */
async function declare(config: BrokerConfig, domains: readonly string[]): Promise<Topology> {
  let declared: Topology | undefined;
  const setUp = declaresOnce({ ...config, topology: 'declare' }, (traits) => {
    declared = wholeTopology(config.prefix, domains, traits);
    return declared;
  });
  const link = new BrokerLink(config, 'topology', createTelemetry({ service: 'topology', level: 'silent' }));
  link.open();
  try {
    const connection = await withinPatience(link.connection());
    const channel = await connection.createConfirmChannel();
    // Its refusal comes out of the declaration too.
    channel.on('error', () => undefined);
    await setUp(channel);
  } finally {
    await link.close();
  }
  if (declared === undefined) throw new Error('Nothing was declared.');
  return declared;
}

async function withinPatience<T>(connection: Promise<T | undefined>): Promise<T> {
  const late = new Promise<undefined>((resolve) => setTimeout(resolve, PATIENCE_MS, undefined).unref());
  const found = await Promise.race([connection, late]);
  if (found === undefined)
    throw new Error(`The broker of RABBITMQ_URL was not reached within ${PATIENCE_MS / 1_000} s.`);
  return found;
}
