import { type IncomingMessage, type ServerResponse } from 'node:http';
import { type HttpTarget } from './http-target.js';

/** What the practice servers do beside their work on bad days: they take a request and answer otherwise, or not at all. */
export type BadDay = (request: IncomingMessage, response: ServerResponse) => void;

/** What the servers of the examples have done. */
export interface PracticeServers {
  /** Charges that were made, by their idempotency keys. */
  readonly charges: ReadonlyMap<string, { readonly id: string; readonly amount: number }>;
  /** Numbers that a message went to. */
  readonly messages: readonly string[];
  /** The next request has a bad day. @param afterWork whether what it asks for is done all the same */
  spoil(day: BadDay, afterWork?: boolean): void;
}

type Answer = readonly [status: number, body: unknown];

/**
 * Has a target answer like a payment provider, an SMS gateway and a supplier: charges are made once for an idempotency key, a bad
 * card or number is refused for good, and nobody is served without credentials.
 */
export function practice(target: HttpTarget): PracticeServers {
  const charges = new Map<string, { id: string; amount: number }>();
  const messages: string[] = [];
  let bad: { readonly day: BadDay; readonly afterWork: boolean } | undefined;

  const charge = (key: string, { card, amount }: Record<string, unknown>): Answer => {
    if (card === 'tok_declined') return [402, { error: 'card_declined' }];
    const known = charges.get(key);
    const made = known ?? { id: `ch_${charges.size + 1}`, amount: Number(amount) };
    charges.set(key, made);
    return [known === undefined ? 201 : 200, { ...made, state: 'captured' }];
  };
  const send = ({ to }: Record<string, unknown>): Answer => {
    if (!/^\+\d{8,15}$/.test(String(to))) return [400, { error: 'no such number' }];
    messages.push(String(to));
    return [202, { queued: true }];
  };
  const work = ({ headers, url = '' }: IncomingMessage, body: string): Answer => {
    if (headers.authorization === undefined && headers['x-api-key'] === undefined) return [401, { error: 'who?' }];
    if (url === '/v1/charges') return charge(String(headers['idempotency-key']), fieldsOf(body));
    if (url === '/2/messages') return send(fieldsOf(body));
    const products = [{ id: 1, sku: 'G-1', name: 'Spade', category: 'Garden', price: '19.90' }];
    return url === '/prices?category=Garden' ? [200, { complete: true, products }] : [404, { error: 'nothing here' }];
  };

  target.answer((request, response) => {
    const spoiled = bad;
    bad = undefined;
    const [status, body] = spoiled?.afterWork === false ? [0, null] : work(request, target.seen.at(-1)?.body ?? '');
    if (spoiled !== undefined) spoiled.day(request, response);
    else response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  });
  return {
    ...{ charges, messages },
    spoil: (day, afterWork = false) => {
      bad = { day, afterWork };
    },
  };
}

function fieldsOf(body: string): Record<string, unknown> {
  return JSON.parse(body) as Record<string, unknown>;
}
