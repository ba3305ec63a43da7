/** Publishing failed in a way that another attempt may mend; the message may or may not have arrived. */
export abstract class PublishError extends Error {
  abstract readonly code: 'returned' | 'nacked' | 'not-connected' | 'channel-lost' | 'confirm-timeout';
}

/** No queue takes the message: it came back and lies nowhere. */
export class MessageReturnedError extends PublishError {
  readonly code = 'returned';
  constructor(exchange: string, routingKey: string) {
    super(`No queue is bound to exchange "${exchange}" for key "${routingKey}".`);
  }
}

/** The broker refused the message, which lies nowhere. */
export class MessageNackedError extends PublishError {
  readonly code = 'nacked';
  constructor() {
    super('The broker refused the message: a queue is full or not available.');
  }
}

/** There is no connection to publish on; nothing was sent. */
export class NotConnectedError extends PublishError {
  readonly code = 'not-connected';
  constructor() {
    super('The broker is not connected.');
  }
}

/** The channel closed before the confirm came. */
export class ChannelLostError extends PublishError {
  readonly code = 'channel-lost';
  constructor() {
    super('The channel closed before the broker confirmed the message.');
  }
}

/** No confirm came in time. */
export class ConfirmTimeoutError extends PublishError {
  readonly code = 'confirm-timeout';
  constructor(ms: number) {
    super(`The broker did not confirm the message within ${ms} ms.`);
  }
}

/** Exchanges and queues are not as this process needs them. Retrying does not help: somebody has to mend it. */
export abstract class TopologyError extends Error {}

/** The broker holds an exchange or queue of this name with other properties. */
export class TopologyConflictError extends TopologyError {
  /** What is different of what, as far as the broker has said it. */
  readonly property: string | undefined;
  readonly of: string | undefined;

  /** @param reason what the broker said */
  constructor(reason: string) {
    const { property, name } = INEQUIVALENT.exec(reason)?.groups ?? {};
    super(`${conflict(reason)} Delete it when it is empty, or choose another EXCHANGE_PREFIX.`);
    this.name = 'TopologyConflictError';
    this.property = property;
    this.of = name;
  }
}

/**
 * A quorum queue was made before its broker was upgraded to 4.x, and has no delivery limit in its arguments. Whoever declares
 * knows it from now on: another try, at once, gets further.
 */
export class OlderQueueError extends Error {
  override readonly name = 'OlderQueueError';

  constructor(queue: string) {
    super(`The queue ${queue} was made before RabbitMQ 4; it is declared as it is.`);
  }
}

/** The user whom this process is to the broker lacks a right that it takes to make the topology. */
export class TopologyForbiddenError extends TopologyError {
  override readonly name = 'TopologyForbiddenError';

  /** @param reason what the broker said */
  constructor(reason: string) {
    super(
      `The user of RABBITMQ_URL may not declare the topology: ${reason}. Give it the right, or have another user declare it ` +
        '(npm run topology) and start the apps with TOPOLOGY=check.',
    );
  }
}

/** The broker lacks what this process may only look for, not make (`TOPOLOGY=check`). */
export class TopologyMissingError extends TopologyError {
  override readonly name = 'TopologyMissingError';

  constructor(kind: 'exchange' | 'queue', name: string) {
    super(
      `The broker has no ${kind} ${name}, and TOPOLOGY=check makes none. Make it with a user that may: npm run topology -- ` +
        '<the domains of the apps>, with the same RABBITMQ_URL (but that user), QUEUE_TYPE and EXCHANGE_PREFIX.',
    );
  }
}

const INEQUIVALENT =
  /inequivalent arg '(?<property>[^']+)' for (?<kind>queue|exchange) '(?<name>[^']+)' in vhost '.*?': received (?<wanted>.+?) but current is (?<found>.+?)"?$/;

function conflict(reason: string): string {
  const { property = '', kind = '', name = '', wanted = '', found = '' } = INEQUIVALENT.exec(reason)?.groups ?? {};
  if (name === '') return reason;
  return `The ${kind} ${name} exists already with another ${property}: the broker has ${found}, this version wants ${wanted}.`;
}
