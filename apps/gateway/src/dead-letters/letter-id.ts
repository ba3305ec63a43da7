import { createHash } from 'node:crypto';
import { type Delivery, type ReadReason } from '#libs/broker';
import { v5 as uuidv5 } from 'uuid';
import { isId } from '../ledger/ids.js';

/** Letters that nobody has named get their names in this namespace; it never changes. */
const NAMESPACE = '7a1d3c52-9e64-4b0f-8f35-2c6f0d1b9e48';
/** What a broker adds when a message is looked at and put back. */
const COUNTED_BY_BROKER = new Set(['x-delivery-count', 'x-acquired-count']);

/**
 * The id of a letter: the one in its headers; without one, a name made of all that came with the message, so that the
 * same message always has the same id, in whichever queue it is met and however often.
 */
export function letterIdOf(delivery: Pick<Delivery, 'properties' | 'body' | 'routingKey'>, reason: ReadReason): string {
  if (reason.id !== undefined && isId(reason.id)) return reason.id;
  const { properties, routingKey, body } = delivery;
  const headers = Object.entries(properties.headers).filter(([name]) => !COUNTED_BY_BROKER.has(name));
  const about = JSON.stringify(sorted({ ...properties, headers: Object.fromEntries(headers), routingKey }));
  return uuidv5(createHash('sha256').update(about).update('\n').update(body).digest('hex'), NAMESPACE);
}

// A broker that adds a header sorts the others.
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null || Buffer.isBuffer(value)) return value;
  const entries = Object.entries(value).map(([name, inner]) => [name, sorted(inner)] as const);
  return Object.fromEntries(entries.sort(([one], [other]) => (one < other ? -1 : 1)));
}
