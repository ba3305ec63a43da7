const PATIENCE_MS = 5_000;

/** A queue as the management API shows it. */
export interface ManagedQueue {
  readonly name: string;
  readonly type?: string;
  readonly arguments?: Readonly<Record<string, unknown>>;
  /** Of the policies that apply to it, what is in force. An empty list when none does. */
  readonly effective_policy_definition?: Readonly<Record<string, unknown>> | readonly [];
  readonly policy?: string | null;
  readonly operator_policy?: string | null;
  /** Absent for a moment after a queue was made. */
  readonly messages?: number;
  /** How many of these are in somebody's hands. */
  readonly messages_unacknowledged?: number;
  readonly consumers?: number;
}

export interface ManagedBinding {
  /** Empty for the default exchange. */
  readonly source: string;
  readonly destination: string;
  readonly destination_type: 'queue' | 'exchange';
  readonly routing_key: string;
}

export interface ManagedExchange {
  readonly name: string;
  readonly type: string;
  readonly arguments?: Readonly<Record<string, unknown>>;
}

export interface ManagedConsumer {
  readonly queue: { readonly name: string };
  readonly ack_required: boolean;
  readonly prefetch_count: number;
  readonly channel_details?: { readonly connection_name?: string };
}

export interface ManagedNode {
  readonly name: string;
  readonly running: boolean;
  readonly mem_alarm?: boolean;
  readonly disk_free_alarm?: boolean;
  readonly partitions?: readonly string[];
}

/** The broker as it is now, by its management API. Each list is asked for once, so a view is for one examination. */
export class ManagementView {
  readonly #base: URL;
  readonly #authorization: string;
  readonly #vhost: string;
  readonly #answers = new Map<string, Promise<unknown>>();

  /** @param managementUrl user and password are those of `brokerUrl`, unless it has its own */
  constructor(managementUrl: string, brokerUrl: string) {
    const [management, broker] = [new URL(managementUrl), new URL(brokerUrl)];
    const { username, password } = management.username === '' ? broker : management;
    const credentials = `${decodeURIComponent(username || 'guest')}:${decodeURIComponent(password || 'guest')}`;
    this.#authorization = `Basic ${Buffer.from(credentials).toString('base64')}`;
    this.#vhost = broker.pathname.length > 1 ? decodeURIComponent(broker.pathname.slice(1)) : '/';
    [management.username, management.password] = ['', ''];
    this.#base = management;
  }

  queues(): Promise<readonly ManagedQueue[]> {
    return this.#listOfVhost<ManagedQueue>('queues');
  }

  bindings(): Promise<readonly ManagedBinding[]> {
    return this.#listOfVhost<ManagedBinding>('bindings');
  }

  exchanges(): Promise<readonly ManagedExchange[]> {
    return this.#listOfVhost<ManagedExchange>('exchanges');
  }

  consumers(): Promise<readonly ManagedConsumer[]> {
    return this.#listOfVhost<ManagedConsumer>('consumers');
  }

  nodes(): Promise<readonly ManagedNode[]> {
    return this.#list<ManagedNode>('nodes');
  }

  #listOfVhost<T>(kind: string): Promise<readonly T[]> {
    return this.#list<T>(`${kind}/${encodeURIComponent(this.#vhost)}`);
  }

  #list<T>(path: string): Promise<readonly T[]> {
    const answer = this.#answers.get(path) ?? this.#ask(path);
    this.#answers.set(path, answer);
    return answer as Promise<readonly T[]>;
  }

  async #ask(path: string): Promise<unknown> {
    const base = this.#base.pathname.replace(/\/+$/, '');
    const response = await fetch(new URL(`${base}/api/${path}`, this.#base), {
      headers: { authorization: this.#authorization },
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    if (!response.ok) {
      throw new Error(
        `The management API answered ${response.status} to ${path}: give the user the tag monitoring, or correct RABBITMQ_MANAGEMENT_URL.`,
      );
    }
    return response.json();
  }
}
