import { type ReconcilerTimes } from '../reconciler/times.js';
import { ActionStore } from './action-store.js';
import { AuditStore } from './audit-store.js';
import { ChangeStore } from './change-store.js';
import { type Database } from './database.js';
import { DeadLetterStore } from './dead-letter-store.js';
import { DeadMessageStore } from './dead-message-store.js';
import { DueStore } from './due-store.js';
import { EndingStore } from './ending-store.js';
import { FactStore } from './fact-store.js';
import { FlowStore } from './flow-store.js';
import { HeldStore } from './held-store.js';
import { HistoryStore } from './history-store.js';
import { IdempotencyStore } from './idempotency.js';
import { InForceStore } from './in-force-store.js';
import { JobSelectionStore } from './job-selection-store.js';
import { Lookout } from './lookout.js';
import { MinuteStore } from './queue-counts.js';
import { OldVoidStore } from './old-void-store.js';
import { OutboxStore } from './outbox-store.js';
import { PatternStore } from './pattern-store.js';
import { ProbeStore } from './probe-store.js';
import { ReconcilerStore } from './reconciler-store.js';
import { RedriveStore } from './redrive-store.js';
import { RemovalStore } from './removal-store.js';
import { ReportStore } from './report-store.js';
import { RetentionStore } from './retention-store.js';
import { ReturnedStore } from './returned-store.js';
import { SentinelStore } from './sentinel-store.js';
import { SessionStore } from './session-store.js';
import { SpawnStore } from './spawn-store.js';
import { SuspectStore } from './suspect-store.js';
import { TaskStore } from './task-store.js';
import { TellingStore } from './telling-store.js';
import { UploadStore } from './upload-store.js';
import { WorkerStore } from './worker-store.js';

/** Every store that needs nothing but the database and the times that the reconciler goes by. */
export interface Stores {
  readonly actions: ActionStore;
  readonly audit: AuditStore;
  readonly changes: ChangeStore;
  readonly deadLetters: DeadLetterStore;
  readonly deadMessages: DeadMessageStore;
  readonly due: DueStore;
  readonly endings: EndingStore;
  readonly facts: FactStore;
  readonly flows: FlowStore;
  readonly held: HeldStore;
  readonly histories: HistoryStore;
  readonly idempotency: IdempotencyStore;
  readonly inForce: InForceStore;
  readonly lookout: Lookout;
  readonly minutes: MinuteStore;
  readonly oldVoids: OldVoidStore;
  readonly outbox: OutboxStore;
  readonly office: ReconcilerStore;
  readonly patterns: PatternStore;
  readonly probes: ProbeStore;
  readonly redrives: RedriveStore;
  readonly removals: RemovalStore;
  readonly reports: ReportStore;
  readonly retention: RetentionStore;
  readonly returned: ReturnedStore;
  readonly selections: JobSelectionStore;
  readonly sentinel: SentinelStore;
  readonly sessions: SessionStore;
  readonly spawns: SpawnStore;
  readonly suspects: SuspectStore;
  readonly tasks: TaskStore;
  readonly telling: TellingStore;
  readonly uploads: UploadStore;
  readonly workers: WorkerStore;
}

export function storesOn(database: Database, times: ReconcilerTimes): Stores {
  return {
    actions: new ActionStore(database),
    audit: new AuditStore(database, times),
    changes: new ChangeStore(database),
    deadLetters: new DeadLetterStore(database),
    deadMessages: new DeadMessageStore(database),
    due: new DueStore(database),
    endings: new EndingStore(database),
    facts: new FactStore(database),
    flows: new FlowStore(database),
    held: new HeldStore(database),
    histories: new HistoryStore(database),
    idempotency: new IdempotencyStore(database),
    inForce: new InForceStore(database),
    lookout: new Lookout(database),
    minutes: new MinuteStore(database),
    oldVoids: new OldVoidStore(database, times),
    outbox: new OutboxStore(database),
    office: new ReconcilerStore(database, times.leaseMs),
    patterns: new PatternStore(database),
    probes: new ProbeStore(database),
    redrives: new RedriveStore(database),
    removals: new RemovalStore(database),
    reports: new ReportStore(database),
    retention: new RetentionStore(database),
    returned: new ReturnedStore(database),
    selections: new JobSelectionStore(database),
    sentinel: new SentinelStore(database),
    sessions: new SessionStore(database),
    spawns: new SpawnStore(database),
    suspects: new SuspectStore(database, times),
    tasks: new TaskStore(database),
    telling: new TellingStore(database),
    uploads: new UploadStore(database),
    workers: new WorkerStore(database),
  };
}
