import { type BrokerLink, type BrokerNames, type SubscriberOptions } from '#libs/broker';
import { type Telemetry } from '#libs/observability';
import { type Dispatch } from '../ledger/outbox.js';
import { type Stores } from '../ledger/stores.js';
import { DeadLetterReader } from './dead-letter-reader.js';
import { Sweeper } from './sweeper.js';

/** What the gateway does about dead letters beside answering requests. */
export function deadLetterParts(given: {
  link: BrokerLink;
  names: BrokerNames;
  setup: NonNullable<SubscriberOptions['setup']>;
  stores: Stores;
  dispatch: Dispatch;
  telemetry: Telemetry;
}): readonly { start(): void; stop(): Promise<void> }[] {
  const { link, names, setup, stores, dispatch, telemetry } = given;
  const { tasks, deadMessages: messages, removals } = stores;
  return [
    new DeadLetterReader({ link, names, setup, tasks, messages, dispatch, telemetry }),
    new Sweeper({ link, names, removals, telemetry }),
  ];
}
