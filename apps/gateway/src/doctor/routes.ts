import { type ManagedBinding, type ManagedExchange } from './management-view.js';

/** What a broker does with a message: every exchange of its virtual host, and what is bound to it. */
export interface Routing {
  readonly exchanges: readonly ManagedExchange[];
  readonly bindings: readonly ManagedBinding[];
}

/** Whether a message that goes to an exchange with this key reaches a queue. With no key: whether any message could. */
export function reachesQueue(
  routing: Routing,
  exchange: string,
  key: string | undefined,
  seen = new Set<string>(),
): boolean {
  if (seen.has(exchange)) return false;
  seen.add(exchange);
  const found = routing.exchanges.find(({ name }) => name === exchange);
  const routed = routing.bindings
    .filter(({ source, routing_key }) => source === exchange && takes(found?.type, routing_key, key))
    .some(({ destination, destination_type }) =>
      destination_type === 'queue' ? true : reachesQueue(routing, destination, key, seen),
    );
  const alternate: unknown = found?.arguments?.['alternate-exchange'];
  return routed || (typeof alternate === 'string' && reachesQueue(routing, alternate, key, seen));
}

function takes(type: string | undefined, pattern: string, key: string | undefined): boolean {
  if (key === undefined || type === 'fanout' || type === 'headers') return true;
  return type === 'topic' ? matchesTopic(pattern.split('.'), key.split('.')) : pattern === key;
}

/** AMQP's topics: `*` is one word, `#` any number of them. */
function matchesTopic([pattern, ...patterns]: readonly string[], words: readonly string[]): boolean {
  if (pattern === undefined) return words.length === 0;
  const [word, ...rest] = words;
  if (pattern === '#')
    return matchesTopic(patterns, words) || (word !== undefined && matchesTopic([pattern, ...patterns], rest));
  return word !== undefined && (pattern === '*' || pattern === word) && matchesTopic(patterns, rest);
}
