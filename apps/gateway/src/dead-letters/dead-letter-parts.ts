import { type Type } from '@nestjs/common';
import { type BrokerLink, type BrokerNames, type Publisher, type SubscriberOptions } from '#libs/broker';
import { type Telemetry } from '#libs/observability';
import { DeadLetterStore } from '../ledger/dead-letter-store.js';
import { type JobSteering } from '../ledger/job-steering.js';
import { type Dispatch } from '../ledger/outbox.js';
import { RedriveStore } from '../ledger/redrive-store.js';
import { type Stores } from '../ledger/stores.js';
import { DeadLetterReader } from './dead-letter-reader.js';
import { MessageReturn } from './message-return.js';
import { RedriveNow } from './redrive-now.js';
import { Redriver } from './redriver.js';
import { Sweeper } from './sweeper.js';

/** What the HTTP edge does with dead letters. */
export interface DeadLetterDesk {
  readonly letters: DeadLetterStore;
  readonly redrives: RedriveStore;
  readonly redriveNow: RedriveNow;
}

export function deadLetterDesk(
  { deadLetters: letters, redrives }: Pick<Stores, 'deadLetters' | 'redrives'>,
  steering: Pick<JobSteering, 'retry'>,
  { publisher, names }: { publisher: Pick<Publisher, 'publish'>; names: BrokerNames },
): DeadLetterDesk {
  const messages = new MessageReturn(publisher, names, letters);
  return { letters, redrives, redriveNow: new RedriveNow(letters, (jobIds) => steering.retry(jobIds), messages) };
}

interface ClassProvider {
  readonly provide: Type;
  readonly useValue: object;
}

/** Makes the desk known to the edge's modules. */
export function deskProviders({ letters, redrives, redriveNow }: DeadLetterDesk): ClassProvider[] {
  return [
    { provide: DeadLetterStore, useValue: letters },
    { provide: RedriveStore, useValue: redrives },
    { provide: RedriveNow, useValue: redriveNow },
  ];
}

/** What the gateway does about dead letters beside answering requests. */
export function deadLetterParts(given: {
  link: BrokerLink;
  names: BrokerNames;
  setup: NonNullable<SubscriberOptions['setup']>;
  stores: Stores;
  steering: Pick<JobSteering, 'retry'>;
  dispatch: Dispatch;
  telemetry: Telemetry;
}): readonly { start(): void; stop(): Promise<void> }[] {
  const { link, names, setup, stores, steering, dispatch, telemetry } = given;
  const { tasks, deadMessages: messages, lookout, removals, redrives } = stores;
  return [
    new DeadLetterReader({ link, names, setup, tasks, messages, dispatch, telemetry }),
    new Sweeper({ link, names, removals, lookout, telemetry }),
    new Redriver({ redrives, lookout, retry: (jobIds) => steering.retry(jobIds), telemetry }),
  ];
}
