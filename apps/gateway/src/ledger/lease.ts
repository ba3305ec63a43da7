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
  #phase: 'open' | 'concluded' | 'given up' = 'open';
  #commit: Promise<void> | undefined;
  #isCommitAnswered = false;

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
   * @throws Error when the transaction was concluded or given up: it would run by itself
   */
  async send<T extends object>(query: QueryConfig): Promise<QueryResult<T>> {
    if (this.#phase !== 'open') throw new Error('A statement was sent behind the end of its transaction.');
    return this.#run(query);
  }

  /** Concludes the transaction behind what is under way. Resolves when it is committed. */
  commit(): Promise<void> {
    if (this.#phase === 'open') this.#phase = 'concluded';
    return (this.#commit ??= this.#conclude());
  }

  /** Gives the transaction up. A connection on which not even that can be said does not go back into the pool. */
  async rollBack(): Promise<void> {
    this.#phase = 'given up';
    await this.#commit?.catch(() => undefined);
    if (!this.#isCommitAnswered) await this.client.query('ROLLBACK').catch(() => this.condemn());
  }

  /**
   * Why a transaction cannot go on: what the first statement said that has failed since it last went back to a savepoint.
   * Answers come in the order of the statements.
   */
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
    // By the next tick all has come out that fails on this side of the wire; the statement leaves with the others all the same.
    await new Promise<void>((resolve) => process.nextTick(resolve));
    if (this.#phase === 'given up') throw new Error('The transaction was given up.');
    const { command } = await this.#run({ text: 'COMMIT' });
    this.#isCommitAnswered = true;
    // Of a transaction of which a statement has failed the server says that it was rolled back, and that is no error to it.
    if (command !== 'COMMIT') throw this.#failure ?? new Error(`COMMIT was answered with ${command}.`);
  }

  async #run<T extends object>(query: QueryConfig): Promise<QueryResult<T>> {
    this.#underWay += 1;
    const limited: LimitedQuery = { query_timeout: answerLimitMs(this.#underWay), ...query };
    try {
      const answer = await this.client.query<T>(limited);
      if (answer.command === 'ROLLBACK' && query.text !== 'COMMIT') this.#failure = undefined; // back to a savepoint
      return answer;
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
