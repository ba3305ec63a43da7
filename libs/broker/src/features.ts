import { type BrokerConfig } from '#libs/config';

/** What queues do on the broker as it is; null for what is not known while there has been no connection. */
export interface BrokerFeatures {
  readonly queueType: BrokerConfig['queueType'];
  /** Such as `RabbitMQ 4.0.5`. */
  readonly broker: string | null;
  /** `strict`: ten levels, higher first. `two-levels`: 5 and above before the rest. `none`: in the order of sending. */
  readonly priorities: 'strict' | 'two-levels' | 'none' | null;
  /** How a retry waits in the broker. */
  readonly delayedRetry: 'ladder';
  /** After how many returns the broker gives a job's message up by itself. */
  readonly deliveryLimit: 'none';
}

/** Which features are in force with a queue type on a broker, as it names itself when a connection begins. */
export function featuresOf(
  queueType: BrokerConfig['queueType'],
  server: { readonly product: string; readonly version: string } | undefined,
): BrokerFeatures {
  return {
    queueType,
    broker: server === undefined ? null : `${server.product} ${server.version}`,
    priorities: prioritiesOf(queueType, server?.version),
    delayedRetry: 'ladder',
    deliveryLimit: 'none',
  };
}

function prioritiesOf(queueType: BrokerConfig['queueType'], version: string | undefined): BrokerFeatures['priorities'] {
  if (queueType === 'classic') return 'strict';
  if (version === undefined) return null;
  return Number.parseInt(version, 10) >= 4 ? 'two-levels' : 'none';
}
