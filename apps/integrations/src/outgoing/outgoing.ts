import { buffer } from 'node:stream/consumers';
import { type OnApplicationShutdown } from '@nestjs/common';
import { type Answer, type Call, EgressClient } from '#libs/egress';
import { excerptOf } from './answer-excerpt.js';
import { asJobError } from './egress-errors.js';

/** Who calls, unless a job or a connection says otherwise. */
const USER_AGENT = 'Leveret/1 (integrations)';

/** The app's calls to the servers of others. */
export class Outgoing implements OnApplicationShutdown {
  readonly #client: EgressClient;

  /** @param allow the pairs of `EGRESS_ALLOW` */
  constructor(allow: readonly string[]) {
    this.#client = new EgressClient({ allow, userAgent: USER_AGENT });
  }

  /**
   * Sends a call, and has all of its answer read within its limits.
   * @throws PermanentError `egress_refused`, `answer_too_large`
   * @throws TemporaryError with the code of a `CallFailed`
   */
  async exchange(call: Call): Promise<WholeAnswer> {
    const answer = await this.open(call);
    try {
      return { ...answer, body: await buffer(answer.body) };
    } catch (error) {
      throw asJobError(error);
    }
  }

  /** Sends a call whose answer is read as it comes; errors of its body are those of `Answer`. @throws as `exchange` */
  async open(call: Call): Promise<Answer> {
    try {
      return await this.#client.send(call);
    } catch (error) {
      throw asJobError(error);
    }
  }

  /** Sends a call of whose answer only the head matters; of its text the beginning is told. @throws as `exchange` */
  async deliver(call: Call): Promise<DeliveryAnswer> {
    const { body, ...head } = await this.open(call);
    return { ...head, excerpt: await excerptOf(body) };
  }

  onApplicationShutdown(): Promise<void> {
    return this.#client.close();
  }
}

/** An answer without its body. */
export type AnswerHead = Omit<Answer, 'body'>;

/** An answer to what was delivered. */
export interface DeliveryAnswer extends AnswerHead {
  readonly excerpt: string | null;
}

/** An answer with its body. */
export interface WholeAnswer extends AnswerHead {
  readonly body: Buffer;
}
