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

/** The broker holds an exchange or queue of this name with other properties. Retrying does not help. */
export class TopologyConflictError extends Error {
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

const INEQUIVALENT =
  /inequivalent arg '(?<property>[^']+)' for (?<kind>queue|exchange) '(?<name>[^']+)' in vhost '.*?': received (?<wanted>.+?) but current is (?<found>.+?)"?$/;

function conflict(reason: string): string {
  const { property = '', kind = '', name = '', wanted = '', found = '' } = INEQUIVALENT.exec(reason)?.groups ?? {};
  if (name === '') return reason;
  return `The ${kind} ${name} exists already with another ${property}: the broker has ${found}, this version wants ${wanted}.`;
}
