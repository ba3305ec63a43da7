import { type BrokerNames, type Delivery, readReason, type ReadReason } from '#libs/broker';
import {
  clippedText,
  decodeWorkOrder,
  isBareName,
  isTaskName,
  isTenantName,
  LIMITS,
  type MessageProperties,
} from '#libs/contracts';
import { type BuriedRun, type NewDeadLetter } from '../ledger/dead-letter.js';
import { isId } from '../ledger/ids.js';
import { type TaskStore } from '../ledger/task-store.js';
import { reasonOf } from './broker-death.js';
import { letterIdOf } from './letter-id.js';
import { maskedBody } from './masked-body.js';
import { shownHeaders, textOf } from './shown-headers.js';

const BODY_BYTES = 64 * 1024;
const NAME_BYTES = 255;
const CODE_BYTES = 100;
const DEFAULT_TENANT = 'default';

/** What a message among the dead letters is. */
export type ReadLetter =
  /** The copy of a failed job's letter: the ledger has it. */
  | { readonly kind: 'copy' }
  /** A job's message that the broker has dead-lettered. */
  | { readonly kind: 'run'; readonly run: BuriedRun }
  /** No job's. */
  | { readonly kind: 'message'; readonly letter: NewDeadLetter };

/** Reads a message among the dead letters. Whatever it holds, it is something that can be kept. */
export function readLetter(delivery: Delivery, names: BrokerNames, tasks: Pick<TaskStore, 'find'>): ReadLetter {
  const reason = readReason(delivery);
  if (reason.ofJob === true && isId(reason.id ?? '')) return { kind: 'copy' };
  const letter = letterOf(delivery, reason, { names, tasks });
  const order = decodeWorkOrder(delivery.properties);
  if (reason.broker === undefined || !order.ok || !isId(order.value.jobId)) return { kind: 'message', letter };
  const { jobId: job, run } = order.value;
  return { kind: 'run', run: { job, run, death: reason.broker, letter } };
}

interface Circumstances {
  readonly names: BrokerNames;
  readonly tasks: Pick<TaskStore, 'find'>;
}

function letterOf(delivery: Delivery, reason: ReadReason, { names, tasks }: Circumstances): NewDeadLetter {
  const { properties, routingKey } = delivery;
  const now = new Date();
  const key = reason.key ?? null;
  const task = [key, properties.type].find((name): name is string => typeof name === 'string' && isTaskName(name));
  const shown = maskedBody(delivery.body, task === undefined ? undefined : tasks.find(task)?.schema);
  const body = textOf(clipped(shown.body));
  const domain = domainOfKey(routingKey);
  return {
    id: letterIdOf(delivery, reason),
    tenant: tenantOf(reason, properties, names),
    queue: domain,
    task: task ?? null,
    error: errorOf(reason, now),
    reason: whyOf(reason),
    payload: body.text,
    workerId: nameOf(reason.worker),
    message: {
      ...{ domain, routingKey: clippedText(routingKey, NAME_BYTES), key: nameOf(key) },
      source: nameOf(reason.source ?? reason.broker?.queue),
      messageId: nameOf(properties.messageId),
      type: nameOf(properties.type),
      priority: properties.priority ?? null,
      headers: shownHeaders(properties.headers),
      encoding: body.encoding,
      size: delivery.body.byteLength,
      clipped: shown.body.byteLength > BODY_BYTES,
      masked: shown.masked || reason.masked === true,
    },
  };
}

function errorOf({ broker, code, message, attempts, diedAt }: ReadReason, now: Date): NewDeadLetter['error'] {
  const at = diedAt !== undefined && diedAt < now ? diedAt : now;
  return {
    code: clippedText(broker === undefined ? (code ?? 'unknown_message') : 'dead_lettered_by_broker', CODE_BYTES),
    message: clippedText(message ?? sentenceOf(broker), LIMITS.errorMessage),
    permanent: true,
    attempt: attempts ?? 0,
    at: at.toISOString(),
  };
}

function sentenceOf(broker: ReadReason['broker']): string {
  return broker === undefined
    ? 'Somebody has published the message among the dead letters without a reason.'
    : `The broker took the message out of ${broker.queue} (${broker.reason}), and no job is known that it belongs to.`;
}

function whyOf({ broker, code }: ReadReason): string {
  if (broker !== undefined) return clippedText(reasonOf(broker.reason), CODE_BYTES);
  return code === undefined ? 'unknown' : 'unreadable';
}

// The gateway knows whose a message is: the ingress has said it, or it stands in a work order. No other header is believed.
function tenantOf(reason: ReadReason, properties: MessageProperties, names: BrokerNames): string {
  const { source, tenant = '', broker } = reason;
  const takenIn = source === names.ingress || source === names.eventTriggers;
  if (takenIn && isTenantName(tenant)) return tenant;
  const order = decodeWorkOrder(properties);
  return order.ok && broker !== undefined ? order.value.tenant : DEFAULT_TENANT;
}

function domainOfKey(routingKey: string): string {
  const [domain = ''] = routingKey.split('.');
  return isBareName(domain) ? domain : 'unknown';
}

function nameOf(text: string | null | undefined): string | null {
  return text === null || text === undefined ? null : clippedText(text, NAME_BYTES);
}

/** The beginning of a body, not cut within a character. */
function clipped(body: Buffer): Buffer {
  if (body.byteLength <= BODY_BYTES) return body;
  let end = BODY_BYTES;
  while (end > BODY_BYTES - 4 && ((body[end] ?? 0) & 0xc0) === 0x80) end -= 1;
  return body.subarray(0, end);
}
