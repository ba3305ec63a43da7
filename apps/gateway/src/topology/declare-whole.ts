import { BrokerLink, declaresOnce, SupervisedChannel, type Topology, TopologyError } from '#libs/broker';
import { type BrokerConfig } from '#libs/config';
import { createTelemetry } from '#libs/observability';
import { wholeTopology } from './whole-topology.js';

/** A broker that is not there, or not whole, is waited for so long: as long as one may take to start. */
const PATIENCE_MS = 60_000;

/**
 * Declares all that the suite shares, whatever `TOPOLOGY` says: this is who does it for the others. What waiting may mend is
 * tried again.
 * @returns what was declared
 * @throws TopologyError when something is there with other properties, or the user may not declare it
 * @throws Error with the reason when no URL of the broker lets the user in or is trusted, or it was not done in time
 */
export async function declareWhole(
  config: BrokerConfig,
  domains: readonly string[],
  patienceMs = PATIENCE_MS,
): Promise<Topology> {
  const link = new BrokerLink(config, 'topology', createTelemetry({ service: 'topology', level: 'silent' }));
  let failure: string | undefined;
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      const why = link.failure?.reason ?? failure ?? 'the broker does not answer';
      reject(new Error(`The topology was not declared within ${patienceMs / 1_000} s: ${why}`));
    }, patienceMs);
  });
  const refused = new Promise<never>((_resolve, reject) => {
    link.onFailure(({ reason, lasting }) => {
      if (lasting) reject(new Error(reason));
    });
  });
  const declared = declaredOn(link, { config, domains, onFailure: (reason) => (failure = reason) });
  link.open();
  try {
    return await Promise.race([declared, refused, late]);
  } finally {
    clearTimeout(timer);
    await link.close();
  }
}

interface Wanted {
  readonly config: BrokerConfig;
  readonly domains: readonly string[];
  /** Hears why a try has failed that another follows. */
  readonly onFailure: (reason: string) => void;
}

/** Ends with the link at the latest, and is not settled then. */
function declaredOn(link: BrokerLink, { config, domains, onFailure }: Wanted): Promise<Topology> {
  return new Promise((resolve, reject) => {
    let topology: Topology | undefined;
    const declare = declaresOnce({ ...config, topology: 'declare' }, (traits) => {
      topology = wholeTopology(config.prefix, domains, traits);
      return topology;
    });
    const setup: typeof declare = async (channel) => {
      try {
        await declare(channel);
        if (topology !== undefined) resolve(topology);
      } catch (error) {
        if (error instanceof TopologyError) reject(error);
        onFailure(error instanceof Error ? error.message : String(error));
        throw error;
      }
    };
    new SupervisedChannel(link, { name: 'topology', setup, lost: () => undefined }).start();
  });
}
