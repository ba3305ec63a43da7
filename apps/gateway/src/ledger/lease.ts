import { type PoolClient } from 'pg';
import { type JobChange } from '#libs/contracts';
import { newestChanges, readChanges } from './job-change.js';

/** The message under which the trigger `jobs_tell_changes` tells of changes. */
const JOB_CHANGES = 'leveret.job-changes';

interface Notice {
  readonly message: string | undefined;
  readonly detail?: string | undefined;
}

/** A connection of the pool while it is in somebody's hands, and what the database says on it meanwhile. */
export class Lease {
  readonly client: PoolClient;
  #changes: JobChange[] = [];
  #isBroken = false;
  #failure: unknown;

  constructor(client: PoolClient) {
    this.client = client;
    client.on('error', this.#break);
    client.on('notice', this.#note);
  }

  /** What has become of jobs, the newest of each: known once what was sent is committed. */
  changes(): JobChange[] {
    return newestChanges(this.#changes);
  }

  /** Notes that a statement has failed. Answers come in the order of the statements: the first one is why those behind it were refused. */
  fail(error: unknown): void {
    this.#failure ??= error;
  }

  /** Why a transaction cannot go on, whichever of its statements said so. */
  get failure(): unknown {
    return this.#failure;
  }

  /** Nobody knows what the connection would do next: it does not go back into the pool. */
  condemn(): void {
    this.#isBroken = true;
  }

  /** Gives the connection back. */
  end(): void {
    this.client.off('error', this.#break);
    this.client.off('notice', this.#note);
    this.client.release(this.#isBroken);
  }

  readonly #break = (): void => this.condemn();

  readonly #note = ({ message, detail }: Notice): void => {
    if (message === JOB_CHANGES && detail !== undefined) this.#changes = this.#changes.concat(readChanges(detail));
  };
}
