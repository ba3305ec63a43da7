import { type Database } from './database.js';
import { DeadLetterStore } from './dead-letter-store.js';
import { DeadMessageStore } from './dead-message-store.js';
import { DueStore } from './due-store.js';
import { OutboxStore } from './outbox-store.js';
import { RemovalStore } from './removal-store.js';
import { ReportStore } from './report-store.js';
import { ReturnedStore } from './returned-store.js';
import { TaskStore } from './task-store.js';
import { TellingStore } from './telling-store.js';
import { WorkerStore } from './worker-store.js';

/** Every store that needs nothing but the database. */
export interface Stores {
  readonly deadLetters: DeadLetterStore;
  readonly deadMessages: DeadMessageStore;
  readonly due: DueStore;
  readonly outbox: OutboxStore;
  readonly removals: RemovalStore;
  readonly reports: ReportStore;
  readonly returned: ReturnedStore;
  readonly tasks: TaskStore;
  readonly telling: TellingStore;
  readonly workers: WorkerStore;
}

export function storesOn(database: Database): Stores {
  return {
    deadLetters: new DeadLetterStore(database),
    deadMessages: new DeadMessageStore(database),
    due: new DueStore(database),
    outbox: new OutboxStore(database),
    removals: new RemovalStore(database),
    reports: new ReportStore(database),
    returned: new ReturnedStore(database),
    tasks: new TaskStore(database),
    telling: new TellingStore(database),
    workers: new WorkerStore(database),
  };
}
