import { type PoolClient, type QueryConfig, type QueryResult } from 'pg';
import { type JobChange } from '#libs/contracts';
import { answerLimitMs } from './connection-pool.js';
import { newestChanges, readChanges } from './job-change.js';

/** The message under which the trigger `jobs_tell_changes` tells of changes. */
const JOB_CHANGES = 'leveret.job-changes';

interface Notice {
  readonly message: string | undefined;
  readonly detail?: string | undefined;
}

/** What the driver takes with a single query, too. */
export type LimitedQuery = QueryConfig & { readonly query_timeout: number };

/** A connection of the pool while it is in somebody's hands, and what the database says on it meanwhile. */
export class Lease {
  readonly client: PoolClient;
  #changes: JobChange[] = [];
  #isBroken = false;
  #failure: Error | undefined;
  #underWay = 0;
  #commit: Promise<void> | undefined;
  #isOver = false;

  constructor(client: PoolClient) {
    this.client = client;
    client.on('error', this.#break);
    client.on('notice', this.#note);
  }

  /** What has become of jobs, the newest of each: known once what was sent is committed. */
  changes(): JobChange[] {
    return newestChanges(this.#changes);
  }

  /**
   * Sends a statement of a transaction behind those that are under way.
   * @throws Error when the transaction was concluded: it would run by itself
   */
  async send<T extends object>(query: QueryConfig): Promise<QueryResult<T>> {
    if (this.#commit !== undefined) throw new Error('A statement was sent behind the end of its transaction.');
    return this.#run(query);
  }

  /** Sends the end of the transaction behind what is under way, once. Resolves when it is committed. */
  commit(): Promise<void> {
    return (this.#commit ??= this.#conclude());
  }

  /** Ends a transaction that has failed. A connection on which not even that can be said is given up. */
  async rollBack(): Promise<void> {
    await this.#commit?.catch(() => undefined);
    if (!this.#isOver) await this.client.query('ROLLBACK').catch(() => this.condemn());
  }

  /** Why a transaction cannot go on: what the first of its statements said that failed. Answers come in the order of the statements. */
  get failure(): Error | undefined {
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

  async #conclude(): Promise<void> {
    // Of a transaction of which a statement has failed the server answers that it was rolled back, and that is no error to it.
    const { command } = await this.#run({ text: 'COMMIT' });
    this.#isOver = true;
    if (command !== 'COMMIT')
      throw this.#failure ?? new Error(`The end of a transaction was answered with ${command}.`);
  }

  async #run<T extends object>(query: QueryConfig): Promise<QueryResult<T>> {
    this.#underWay += 1;
    const limited: LimitedQuery = { ...query, query_timeout: answerLimitMs(this.#underWay) };
    try {
      return await this.client.query<T>(limited);
    } catch (error) {
      this.#failure ??= error instanceof Error ? error : new Error(String(error));
      throw error;
    } finally {
      this.#underWay -= 1;
    }
  }

  readonly #break = (): void => this.condemn();

  readonly #note = ({ message, detail }: Notice): void => {
    if (message === JOB_CHANGES && detail !== undefined) this.#changes = this.#changes.concat(readChanges(detail));
  };
}
