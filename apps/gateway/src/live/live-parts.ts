import { type Telemetry } from '#libs/observability';
import { type Database } from '../ledger/database.js';
import { type Stores } from '../ledger/stores.js';
import { ChangePost, type ChangePostParts } from './change-post.js';
import { JobWatches } from './job-watches.js';

/** What brings changes of jobs from the ledger to those who watch them. */
export interface LiveParts {
  readonly watches: JobWatches;
  readonly post: ChangePost;
}

/** Every change that is committed through `database` is told from now on. */
export function liveParts(
  database: Database,
  { changes }: Stores,
  links: ChangePostParts['links'],
  telemetry: Telemetry,
): LiveParts {
  const watches = new JobWatches({ changes, telemetry });
  const post = new ChangePost({ links, watches, telemetry });
  database.onJobChanges((told) => post.tell(told));
  return { watches, post };
}
