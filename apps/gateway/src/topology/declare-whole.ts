import { BrokerLink, declaresOnce, type Topology } from '#libs/broker';
import { type BrokerConfig } from '#libs/config';
import { createTelemetry } from '#libs/observability';
import { wholeTopology } from './whole-topology.js';

/** A broker that does not come, or does not answer, is waited for so long. */
const PATIENCE_MS = 20_000;

/**
 * Declares all that the suite shares, whatever `TOPOLOGY` says: this is who does it for the others.
 * @returns what was declared
 * @throws TopologyError when something is there with other properties
 * @throws Error with the reason when it was not done in time
 */
export async function declareWhole(
  config: BrokerConfig,
  domains: readonly string[],
  patienceMs = PATIENCE_MS,
): Promise<Topology> {
  const link = new BrokerLink(config, 'topology', createTelemetry({ service: 'topology', level: 'silent' }));
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      const why = link.failure ?? 'the broker does not answer';
      reject(new Error(`The topology was not declared within ${patienceMs / 1_000} s: ${why}`));
    }, patienceMs);
  });
  link.open();
  try {
    return await Promise.race([declareOn(link, config, domains), late]);
  } finally {
    clearTimeout(timer);
    await link.close();
  }
}

async function declareOn(link: BrokerLink, config: BrokerConfig, domains: readonly string[]): Promise<Topology> {
  const channel = await (await link.connection())?.createConfirmChannel();
  if (channel === undefined) throw new Error('The link to the broker was closed.');
  // Its refusal comes out of the declaration too.
  channel.on('error', () => undefined);
  let declared: Topology | undefined;
  const setUp = declaresOnce({ ...config, topology: 'declare' }, (traits) => {
    declared = wholeTopology(config.prefix, domains, traits);
    return declared;
  });
  await setUp(channel);
  if (declared === undefined) throw new Error('Nothing was declared.');
  return declared;
}
