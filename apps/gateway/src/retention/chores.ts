import { type GatewayConfig } from '#libs/config';
import { type JobStatus } from '#libs/contracts';
import { type Storage } from '#libs/storage';
import {
  type FileOwner,
  OLDEST,
  type Portion,
  type Removal,
  type RemoveFiles,
  type RetentionStore,
} from '../ledger/retention-store.js';

/** One kind of what grows old. */
export interface Chore {
  /** For logs and metrics. */
  readonly what: string;
  /** How many at once. */
  readonly portion: number;
  /** Looks at up to so many that are old, and lets them go. Undefined while another gateway is at it. */
  readonly remove: (portion: number) => Promise<Removal | undefined>;
}

/** Of what has files: they are removed one by one, while the rows are locked. */
const WITH_FILES = 200;
const ROWS = 1_000;
const FILES_AT_ONCE = 10;
/** Of each trigger. */
const RUNS_KEPT = 1_000;

/** What there is to let go of, by the settings: null is for ever. */
export function choresOf(
  { jobs, uploadsMs, eventsMs, historyMs }: GatewayConfig['retention'],
  store: RetentionStore,
  storage: Pick<Storage, 'remove' | 'removeAll'>,
): readonly Chore[] {
  const outputs = removing(({ tenant, id }) => storage.removeAll(`${tenant}/${id}/`));
  const uploads = removing(({ tenant, id }) => storage.remove(`${tenant}/${id}`));
  return [
    ...(['completed', 'failed', 'cancelled'] as const).flatMap((status) =>
      aged(`${status} jobs`, WITH_FILES, jobs[status], sweepOf(status, store, outputs)),
    ),
    ...aged('uploads', WITH_FILES, uploadsMs, (portion) => store.removeUploads(portion, uploads)),
    ...aged('events', ROWS, eventsMs, (portion) => store.remove('events', portion)),
    ...(['actions', 'schedule runs', 'trigger runs', 'redrives', 'reports kept aside', 'batches'] as const).flatMap(
      (what) => aged(what, ROWS, historyMs, (portion) => store.remove(what, portion)),
    ),
    { what: 'surplus trigger runs', portion: ROWS, remove: (portion) => store.removeSurplusRuns(RUNS_KEPT, portion) },
    { what: 'idempotency keys', portion: ROWS, remove: (portion) => store.removeKeys(portion) },
  ];
}

/**
 * Goes through the jobs of a status from the oldest on, each portion from where the one before it ended, and begins again at the end:
 * what has to be kept is looked at once on the way, and is in the way of nothing that is younger.
 */
function sweepOf(
  status: JobStatus,
  store: RetentionStore,
  removeFiles: RemoveFiles,
): (portion: Portion) => Promise<Removal | undefined> {
  let after = OLDEST;
  return async (portion) => {
    const removal = await store.removeJobs(status, { ...portion, after }, removeFiles);
    if (removal !== undefined) after = removal.looked < portion.limit ? OLDEST : removal.last;
    return removal;
  };
}

function aged(
  what: string,
  portion: number,
  olderThanMs: number | null,
  remove: (portion: Portion) => Promise<Removal | undefined>,
): Chore[] {
  return olderThanMs === null ? [] : [{ what, portion, remove: (limit) => remove({ olderThanMs, limit }) }];
}

/** A few at a time: a storage may be far away. */
function removing(remove: (of: FileOwner) => Promise<unknown>): RemoveFiles {
  return async (owners) => {
    const left = owners.values();
    const worker = async (): Promise<void> => {
      for (const owner of left) await remove(owner);
    };
    await Promise.all(Array.from({ length: FILES_AT_ONCE }, worker));
  };
}
