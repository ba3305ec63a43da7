import { type JobPlan } from './job-plan.js';

/**
 * What the submitter knows of a job, as Jepsen has it: `ok` is acknowledged, `fail` was certainly not taken, `unknown` may
 * have been.
 */
export type Certainty = 'ok' | 'fail' | 'unknown';

export interface Submit {
  readonly number: number;
  readonly plan: JobPlan;
  readonly way: 'http' | 'http with a key' | 'amqp';
  /** The gateway that was asked, `gateways` for several, or `broker`. */
  readonly via: string;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly ms: number;
  readonly certainty: Certainty;
  /** The job's id, when it is known. */
  readonly id: string | undefined;
  /** Further ids that it was answered with. */
  readonly otherIds: readonly string[];
  /** The HTTP status, or what happened instead of an answer. */
  readonly answer: string;
  readonly retryAfter: string | null;
}

/** All submits of one run, in the order of their answers. */
export class History {
  #submits: Submit[] = [];

  get submits(): readonly Submit[] {
    return this.#submits;
  }

  /** Ids that the suite has answered for: none of these jobs may be lost. */
  get acknowledged(): readonly string[] {
    return this.#submits.flatMap(({ certainty, id }) => (certainty === 'ok' && id !== undefined ? [id] : []));
  }

  add(submit: Submit): void {
    this.#submits.push(submit);
  }

  /**
   * Takes back the certainty of messages that were published since then: a broker whose data is gone has taken along
   * what it had confirmed and nobody had read. Jobs that HTTP has acknowledged stay certain.
   */
  doubtMessagesSince(at: number): void {
    this.#submits = this.#submits.map((submit) =>
      submit.way === 'amqp' && submit.at + submit.ms >= at && submit.certainty === 'ok'
        ? { ...submit, certainty: 'unknown' }
        : submit,
    );
  }
}
