import { finished } from 'node:stream';
import { type OnApplicationShutdown } from '@nestjs/common';
import { type JobContext, RetryAfter } from '#libs/consumer';
import {
  type Answer,
  AnswerTooLarge,
  type Call,
  CallFailed,
  type Dependencies,
  type EgressClient,
  type Entry,
  Parked,
  type Passage,
  type Verdict,
  type WholeAnswer,
} from '#libs/egress';
import { excerptOf } from './answer-excerpt.js';
import { asJobError } from './egress-errors.js';

const FIRST_OF_SERVER_ERRORS = 500;
/** A job that has been put off so often is charged for an answer of 5xx: it may be what its host fails at. */
const FREE_RUNS = 3;

/** A call, and what it depends on. */
export interface OutgoingCall extends Call {
  /** The name of a connection. @default the host and port of the URL */
  readonly dependency?: string;
  /** Whose call it is, as far as it has come. @default nobody's, who is charged nothing */
  readonly job?: Pick<JobContext, 'run' | 'attempt'>;
}

/**
 * The app's calls to the servers of others. A call that may not be made now, because what it depends on is down or busy, ends at once
 * with a `RetryAfter`, and so does one that gets no answer when it is down: such a job costs no attempt and is in nobody's way. An
 * answer of 5xx says so by its `downMs`, for whoever has not expected it, unless the job has been put off three times already.
 */
export class Outgoing implements OnApplicationShutdown {
  constructor(
    private readonly client: EgressClient,
    private readonly dependencies: Dependencies,
  ) {}

  /**
   * Sends a call, and has all of its answer read within its limits.
   * @throws PermanentError `egress_refused`, `answer_too_large`
   * @throws TemporaryError with the code of a `CallFailed`
   * @throws RetryAfter `dependency_down`, `dependency_busy`
   */
  async exchange(call: OutgoingCall): Promise<Judged<WholeAnswer>> {
    const passed = this.#passed(call);
    const { dependency, entry } = passed;
    try {
      const answer = await this.client.exchange(call, passed);
      entry.end(verdictOf(answer));
      return this.#judged(answer, dependency, call.job);
    } catch (error) {
      throw this.#failed(error, dependency, entry);
    }
  }

  /** Sends a call whose answer is read as it comes; errors of its body are those of `Answer`. @throws as `exchange` */
  async open(call: OutgoingCall): Promise<Judged<Answer>> {
    const passed = this.#passed(call);
    const { dependency, entry } = passed;
    try {
      const answer = await this.client.send(call, passed);
      // One of 5xx needs no body to speak against its host.
      if (verdictOf(answer) === 'failure') entry.end('failure');
      finished(answer.body, (error) => {
        entry.end(error instanceof CallFailed ? 'failure' : 'success');
      });
      return this.#judged(answer, dependency, call.job);
    } catch (error) {
      throw this.#failed(error, dependency, entry);
    }
  }

  /** Sends a call of whose answer only the head matters; of its text the beginning is told. @throws as `exchange` */
  async deliver(call: OutgoingCall): Promise<DeliveryAnswer> {
    const { body, ...head } = await this.open(call);
    return { ...head, excerpt: await excerptOf(body) };
  }

  async onApplicationShutdown(): Promise<void> {
    this.dependencies.stop();
    await this.client.close();
  }

  /** What may never be called is nobody's dependency. */
  #passed({ url: given, dependency: named }: OutgoingCall): PassedCall {
    try {
      const url = this.client.checked(given);
      const dependency = named ?? hostOf(url);
      const entry = this.dependencies.enter(dependency);
      return { url, answered: entry.answered, dependency, entry };
    } catch (error) {
      throw error instanceof Parked ? new RetryAfter(error.waitMs, error.reason) : asJobError(error);
    }
  }

  #judged<A extends AnswerHead>(answer: A, dependency: string, job: OutgoingCall['job']): Judged<A> {
    const mayWait = verdictOf(answer) === 'failure' && freeRunsOf(job) < FREE_RUNS;
    const downMs = mayWait ? this.dependencies.downFor(dependency) : undefined;
    return downMs === undefined ? answer : { ...answer, downMs };
  }

  #failed(error: unknown, dependency: string, entry: Entry): unknown {
    if (!(error instanceof CallFailed)) {
      // What has answered more than is taken has answered.
      entry.end(error instanceof AnswerTooLarge ? 'success' : 'neither');
      return asJobError(error);
    }
    entry.end('failure');
    const waitMs = this.dependencies.downFor(dependency);
    return waitMs === undefined ? asJobError(error) : new RetryAfter(waitMs, `dependency_down: ${error.code}`);
  }
}

/** A call that may be made now. */
interface PassedCall extends Passage {
  readonly dependency: string;
  readonly entry: Entry;
}

/** An answer, and how long its job may stay away at no charge where it is one of 5xx and its host is down. */
export type Judged<A> = A & { readonly downMs?: number };

/** An answer without its body. */
export type AnswerHead = Omit<Answer, 'body'>;

/** An answer to what was delivered. */
export interface DeliveryAnswer extends Judged<AnswerHead> {
  readonly excerpt: string | null;
}

/** How an answer speaks of its host. */
function verdictOf({ status }: AnswerHead): Verdict {
  return status < FIRST_OF_SERVER_ERRORS ? 'success' : 'failure';
}

/** Runs that were no attempts, for whatever reason. */
function freeRunsOf(job: OutgoingCall['job']): number {
  return job === undefined ? 0 : job.run - job.attempt;
}

/** A name with a dot at its end is the same host. */
function hostOf({ hostname, port, protocol }: URL): string {
  return `${hostname.replace(/\.$/, '')}:${port === '' ? (protocol === 'https:' ? '443' : '80') : port}`;
}
