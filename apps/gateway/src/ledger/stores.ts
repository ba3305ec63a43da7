import { type Database } from './database.js';
import { DueStore } from './due-store.js';
import { OutboxStore } from './outbox-store.js';
import { ReportStore } from './report-store.js';
import { ReturnedStore } from './returned-store.js';
import { TaskStore } from './task-store.js';
import { TellingStore } from './telling-store.js';
import { WorkerStore } from './worker-store.js';

/** Every store that needs nothing but the database. */
export interface Stores {
  readonly due: DueStore;
  readonly outbox: OutboxStore;
  readonly reports: ReportStore;
  readonly returned: ReturnedStore;
  readonly tasks: TaskStore;
  readonly telling: TellingStore;
  readonly workers: WorkerStore;
}

export function storesOn(database: Database): Stores {
  return {
    due: new DueStore(database),
    outbox: new OutboxStore(database),
    reports: new ReportStore(database),
    returned: new ReturnedStore(database),
    tasks: new TaskStore(database),
    telling: new TellingStore(database),
    workers: new WorkerStore(database),
  };
}
