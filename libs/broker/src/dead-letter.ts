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
    properties: buried(letter.properties, reasonHeaders(letter.reason)),
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

const FOREIGN_HEADER_BYTES = 16 * 1024;

/**
 * The properties of a dead letter: the sender's, with the reason. The sender's broker user becomes a header, because the
 * broker lets nobody publish in another's name; headers that are large are left out, for all must fit into 64 KiB.
 */
function buried(
  { userId, headers, ...rest }: MessageProperties,
  reason: Record<string, string | number>,
): MessageProperties {
  const size = Buffer.byteLength(JSON.stringify(headers));
  const kept = size > FOREIGN_HEADER_BYTES ? { 'x-headers-left-out': size } : withoutDeathNotes(headers);
  return { ...rest, headers: { ...kept, ...(userId === undefined ? {} : { 'x-user-id': userId }), ...reason } };
}

// The broker's own death notes must not be published again: before 4.0 they make it drop a message as a cycle.
function withoutDeathNotes(headers: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(headers).filter(([name]) => !/^x-(?:death|(?:first|last)-death-.*)$/.test(name)),
  );
}
