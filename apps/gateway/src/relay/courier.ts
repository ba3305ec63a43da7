import { type BrokerNames, ladderKey, LONGEST_LADDER_MS, publishDeadLetter, type Publisher } from '#libs/broker';
import { encodeWorkOrder } from '#libs/contracts';
import { withoutSecrets } from '../jobs/secret-fields.js';
import { ownEvent } from '../events/own-events.js';
import { type DeadLetterEntry, type EventEntry, type OutboxEntry, type WorkEntry } from '../ledger/outbox.js';
import { sendInSpan } from './send-span.js';
import { type TaskStore } from '../ledger/task-store.js';

/** Puts an outbox entry into the broker. Resolves when it lies in a queue. */
export class Courier {
  readonly #publisher: Publisher;
  readonly #names: BrokerNames;
  readonly #tasks: Pick<TaskStore, 'find'>;

  constructor(publisher: Publisher, names: BrokerNames, tasks: Pick<TaskStore, 'find'>) {
    this.#publisher = publisher;
    this.#names = names;
    this.#tasks = tasks;
  }

  /** @throws PublishError */
  carry(entry: OutboxEntry): Promise<void> {
    switch (entry.kind) {
      case 'work':
        return this.#work(entry);
      case 'dead-letter':
        return this.#deadLetter(entry);
      case 'event':
        return this.#event(entry);
      case 'stale':
        return Promise.resolve();
      case 'unaddressed':
        return Promise.reject(new Error('No app has announced a queue for the job.'));
    }
  }

  async #work(entry: WorkEntry): Promise<void> {
    const key = `${entry.queueKey}.${entry.order.task}`;
    const waits = entry.waitMs > 0;
    const exchange = waits ? this.#names.delay : this.#names.work;
    await sendInSpan(entry.order, exchange, (order) =>
      this.#publisher.publish({
        exchange,
        routingKey: waits ? ladderKey(Math.min(entry.waitMs, LONGEST_LADDER_MS), key) : key,
        body: Buffer.from(entry.payload),
        properties: encodeWorkOrder(order),
      }),
    );
  }

  #deadLetter(entry: DeadLetterEntry): Promise<void> {
    return publishDeadLetter(this.#publisher, this.#names, {
      domain: entry.queue,
      kind: entry.task.slice(entry.queue.length + 1),
      body: Buffer.from(this.#shown(entry)),
      properties: {
        messageId: entry.jobId,
        type: entry.task,
        contentType: 'application/json',
        headers: {},
      },
      reason: {
        id: entry.letterId,
        ofJob: true,
        tenant: entry.tenant,
        code: entry.code,
        message: entry.message,
        diedAt: entry.diedAt,
        attempts: entry.attempts,
        worker: entry.worker,
      },
    });
  }

  // Whether anybody listens is theirs to decide: what no queue takes is told all the same.
  #event(entry: EventEntry): Promise<void> {
    return this.#publisher.publish({ exchange: this.#names.events, mandatory: false, ...ownEvent(entry) });
  }

  /** The payload for eyes: what its schema marks secret is masked. Nothing is run from a dead letter's copy. */
  #shown({ task, payload }: DeadLetterEntry): string {
    const schema = this.#tasks.find(task)?.schema;
    return schema === undefined ? payload : JSON.stringify(withoutSecrets(JSON.parse(payload), schema));
  }
}
