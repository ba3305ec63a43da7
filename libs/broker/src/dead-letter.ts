import { clippedText, LIMITS, type MessageProperties, VERSION_HEADER, WIRE_VERSION } from '#libs/contracts';
import { type BrokerNames } from './names.js';
import { type Publisher } from './publisher.js';

/** Why a message lies among the dead letters; its fields become headers that the management UI shows. */
export interface DeadLetterReason {
  /** Snake case. */
  readonly code: string;
  readonly message: string;
  readonly diedAt: Date;
  readonly attempts?: number;
  readonly worker?: string | null;
  /** The queue or exchange that it came from. */
  readonly source?: string;
}

/**
 * Puts a message among its domain's dead letters with the reason in its headers.
 * @param kind the last word of the routing key, such as `unreadable` or a task's name
 */
export async function publishDeadLetter(
  publisher: Publisher,
  names: BrokerNames,
  letter: { domain: string; kind: string; body: Buffer; properties: MessageProperties; reason: DeadLetterReason },
): Promise<void> {
  await publisher.publish({
    exchange: names.dead,
    routingKey: `${letter.domain}.${letter.kind}`,
    body: letter.body,
    properties: {
      ...letter.properties,
      headers: { ...foreign(letter.properties.headers), ...reasonHeaders(letter.reason) },
    },
  });
}

function reasonHeaders(reason: DeadLetterReason): Record<string, string | number> {
  return {
    [VERSION_HEADER]: WIRE_VERSION,
    'x-code': reason.code,
    'x-reason': clippedText(reason.message, LIMITS.errorMessage),
    'x-dead-at': reason.diedAt.toISOString(),
    ...(reason.attempts === undefined ? {} : { 'x-attempts': reason.attempts }),
    ...(reason.worker == null ? {} : { 'x-worker': reason.worker }),
    ...(reason.source === undefined ? {} : { 'x-source': reason.source }),
  };
}

// The broker's own death notes must not be published again: before 4.0 they make it drop a message as a cycle.
function foreign(headers: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(headers).filter(([name]) => !/^x-(?:death|(?:first|last)-death-.*)$/.test(name)),
  );
}
