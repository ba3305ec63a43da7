import { type BrokerNames, type Publisher, PublishError, sentHeaders } from '#libs/broker';
import { type DeadLetterRecord, type DeadMessage } from '../ledger/dead-letter.js';
import { type DeadLetterStore } from '../ledger/dead-letter-store.js';

const DEFAULT_TENANT = 'default';

/** Publishes messages again that services had sent for jobs and the ingress had refused. */
export class MessageReturn {
  readonly #publisher: Pick<Publisher, 'publish'>;
  readonly #names: BrokerNames;
  readonly #letters: DeadLetterStore;

  constructor(publisher: Pick<Publisher, 'publish'>, names: BrokerNames, letters: DeadLetterStore) {
    this.#publisher = publisher;
    this.#names = names;
    this.#letters = letters;
  }

  /**
   * Publishes a letter's message again as it came, and lets go of the letter. One that is refused again has a new letter.
   * Returns why it cannot be done; undefined when it is done.
   */
  async send({ id, tenant, payload, message }: DeadLetterRecord): Promise<string | undefined> {
    const headers = message === null ? undefined : sentHeaders(message.headers);
    if (message === null || headers === undefined) return 'The headers of the message were too large to be kept.';
    const obstacle = this.#obstacle(message, tenant);
    if (obstacle !== undefined) return obstacle;
    try {
      await this.#publisher.publish({
        exchange: this.#names.jobs,
        routingKey: message.key ?? '',
        body: Buffer.from(payload, message.encoding),
        properties: { ...propertiesOf(message, id), headers },
      });
    } catch (error) {
      if (!(error instanceof PublishError)) throw error;
      return `The broker did not take the message: ${error.message}`;
    }
    await this.#letters.purge({ ids: [id] }, 1);
    return undefined;
  }

  #obstacle({ key, source, masked, clipped }: DeadMessage, tenant: string): string | undefined {
    if (source !== this.#names.ingress || key === null) {
      return `Only messages that came by ${this.#names.jobs} can be published again; this one did not.`;
    }
    if (masked) return 'Secret fields of the message were not kept. Publish it again from where it came.';
    if (clipped) return 'The message was too large to be kept whole. Publish it again from where it came.';
    if (tenant !== DEFAULT_TENANT) {
      return `The message was published by the broker user of tenant ${tenant}, and nobody else can do that. Publish it again as that user.`;
    }
    return undefined;
  }
}

// Without an id of its own the letter's is taken, so that a message that is published again twice is one job.
function propertiesOf(message: DeadMessage, letterId: string): { messageId: string; type?: string; priority?: number } {
  const { messageId, type, priority } = message;
  return {
    messageId: messageId ?? letterId,
    ...(type === null ? {} : { type }),
    ...(priority === null ? {} : { priority }),
  };
}
