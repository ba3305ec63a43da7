import { randomUUID } from 'node:crypto';
import { clippedText, isRecord, LIMITS, type MessageProperties, VERSION_HEADER, WIRE_VERSION } from '#libs/contracts';
import { type Delivery } from './delivery.js';
import { type BrokerNames } from './names.js';
import { type Publisher } from './publisher.js';

/** Why a message lies among the dead letters; its fields become headers that the management UI shows. */
export interface DeadLetterReason {
  /** Names the letter. Who may publish it twice makes it once, so that the second is known again. @default a new UUID */
  readonly id?: string;
  /** The copy of a failed job's letter, which is a row of the ledger already. @default false */
  readonly ofJob?: boolean;
  /** Snake case. */
  readonly code: string;
  readonly message: string;
  readonly diedAt: Date;
  readonly attempts?: number;
  readonly worker?: string | null;
  /** The queue or exchange that it came from. */
  readonly source?: string;
  /** The routing key that it came with. */
  readonly key?: string;
  readonly tenant?: string;
  /** Fields of the body were masked, because they are secret. */
  readonly masked?: boolean;
}

/** A letter as it is to be published: a message, and why it is dead. */
export interface DeadLetter {
  readonly domain: string;
  /** The last word of the routing key, such as `unreadable` or a task's name. */
  readonly kind: string;
  readonly body: Buffer;
  readonly properties: MessageProperties;
  readonly reason: DeadLetterReason;
}

/** Puts a message among its domain's dead letters with the reason in its headers. @throws PublishError */
export async function publishDeadLetter(
  publisher: Publisher,
  names: BrokerNames,
  { domain, kind, body, properties, reason }: DeadLetter,
): Promise<void> {
  await publisher.publish({
    exchange: names.dead,
    routingKey: `${domain}.${kind}`,
    body,
    properties: buried(properties, reasonHeaders(reason)),
  });
}

/** What the headers of a dead letter say, as far as they are there and readable. */
export type ReadReason = Partial<DeadLetterReason> & {
  /** The broker itself has dead-lettered the message; then the other fields, which are not the broker's, are left out. */
  readonly broker?: BrokerDeath;
};

/** Why and where the broker dead-lettered a message. */
export interface BrokerDeath {
  /** `rejected`, `expired`, `maxlen` or `delivery_limit`. */
  readonly reason: string;
  readonly queue: string;
}

/** Reads why a message lies among the dead letters. */
export function readReason({ properties: { headers } }: Pick<Delivery, 'properties'>): ReadReason {
  const broker = brokerDeath(headers);
  if (broker !== undefined) return { broker };
  const diedAt = new Date(textOf(headers['x-dead-at']) ?? Number.NaN);
  const read = {
    id: textOf(headers['x-letter']),
    ofJob: headers['x-letter-of'] === 'job',
    code: textOf(headers['x-code']),
    message: textOf(headers['x-reason']),
    diedAt: Number.isNaN(diedAt.getTime()) ? undefined : diedAt,
    attempts: Number.isSafeInteger(headers['x-attempts']) ? (headers['x-attempts'] as number) : undefined,
    worker: textOf(headers['x-worker']),
    source: textOf(headers['x-source']),
    key: textOf(headers['x-key']),
    tenant: textOf(headers['x-tenant']),
    masked: headers['x-masked'] === true,
  };
  return Object.fromEntries(Object.entries(read).filter(([, value]) => value !== undefined));
}

function brokerDeath(headers: MessageProperties['headers']): BrokerDeath | undefined {
  const deaths = headers['x-death'];
  const last: unknown = Array.isArray(deaths) ? deaths[0] : undefined;
  if (!isRecord(last)) return undefined;
  return { reason: textOf(last['reason']) ?? 'unknown', queue: textOf(last['queue']) ?? 'unknown' };
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function reasonHeaders(reason: DeadLetterReason): Record<string, string | number | boolean> {
  const headers = {
    [VERSION_HEADER]: WIRE_VERSION,
    'x-letter': reason.id ?? randomUUID(),
    'x-letter-of': reason.ofJob === true ? 'job' : 'message',
    'x-code': reason.code,
    'x-reason': clippedText(reason.message, LIMITS.errorMessage),
    'x-dead-at': reason.diedAt.toISOString(),
    'x-attempts': reason.attempts,
    'x-worker': reason.worker ?? undefined,
    'x-source': reason.source,
    'x-key': reason.key,
    'x-tenant': reason.tenant,
    'x-masked': reason.masked,
  };
  const given = Object.entries(headers).filter((header): header is [string, string | number | boolean] => {
    return header[1] !== undefined;
  });
  return Object.fromEntries(given);
}

const DEATH_NOTES =
  /^x-(?:death|(?:first|last)-death-.*|letter|letter-of|code|reason|dead-at|attempts|worker|source|key|masked|user-id|tenant)$/;
const SENT_VERSION = 'x-sent-version';
const LEFT_OUT = 'x-headers-left-out';
const FOREIGN_HEADER_BYTES = 16 * 1024;

/**
 * The properties of a dead letter: the sender's, with the reason. The sender's broker user and version become headers of
 * another name, because the broker lets nobody publish in another's name and a letter has a version of its own; headers
 * that are large are left out, for all must fit into 64 KiB.
 */
function buried(
  { userId, headers, ...rest }: MessageProperties,
  reason: Record<string, string | number | boolean>,
): MessageProperties {
  const size = Buffer.byteLength(JSON.stringify(headers));
  const kept = size > FOREIGN_HEADER_BYTES ? { [LEFT_OUT]: size } : withoutDeathNotes(headers);
  const version = headers[VERSION_HEADER];
  return {
    ...rest,
    headers: {
      ...kept,
      ...(version === undefined ? {} : { [SENT_VERSION]: version }),
      ...(userId === undefined ? {} : { 'x-user-id': userId }),
      ...reason,
    },
  };
}

/** The headers that a dead message was sent with; undefined when they were left out of its letter, being too large. */
export function sentHeaders(headers: Readonly<Record<string, unknown>>): Record<string, unknown> | undefined {
  if (LEFT_OUT in headers) return undefined;
  const { [SENT_VERSION]: sent, [VERSION_HEADER]: ofLetter, ...others } = withoutDeathNotes(headers);
  return sent === undefined ? others : { ...others, [VERSION_HEADER]: sent };
}

// The broker's own death notes must not be published again: before 4.0 they make it drop a message as a cycle. Notes of
// an earlier letter are not true of this one.
function withoutDeathNotes(headers: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !DEATH_NOTES.test(name)));
}
