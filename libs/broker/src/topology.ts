/** A durable exchange. */
export interface ExchangeSpec {
  readonly name: string;
  readonly type: 'topic' | 'fanout';
  /** Where messages go that no binding takes. */
  readonly alternate?: string;
}

/** A queue, durable unless it is exclusive; the arguments name its type always, because a virtual host may have another default. */
export interface QueueSpec {
  readonly name: string;
  /** Used by one connection alone, and gone with it. @default false */
  readonly exclusive?: true;
  readonly arguments: Readonly<Record<string, string | number>> & { readonly 'x-queue-type': string };
}

export interface BindingSpec {
  readonly from: string;
  readonly to: { readonly queue: string } | { readonly exchange: string };
  readonly pattern: string;
}

/** What shall exist in the broker, as a value: it is compared and reviewed before it is declared. */
export interface Topology {
  readonly exchanges: readonly ExchangeSpec[];
  readonly queues: readonly QueueSpec[];
  readonly bindings: readonly BindingSpec[];
}

/** One topology of several; what stands in more than one of them must be equal there, and is kept once. */
export function merged(...topologies: readonly Topology[]): Topology {
  return {
    exchanges: once(topologies.flatMap(({ exchanges }) => exchanges)),
    queues: once(topologies.flatMap(({ queues }) => queues)),
    bindings: once(topologies.flatMap(({ bindings }) => bindings)),
  };
}

function once<T>(specs: readonly T[]): T[] {
  return [...new Map(specs.map((spec) => [JSON.stringify(spec), spec])).values()];
}
