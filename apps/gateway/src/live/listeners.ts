import { type Telemetry } from '#libs/observability';
import { type Caller } from '../api-keys/caller.js';
import { later } from '../http/problem.js';
import { type ApiKeyStore } from '../ledger/api-key.store.js';

/** Keys that were revoked, and tokens and sessions that are over, close their listeners within five seconds. */
const LOOK_EVERY_MS = 2_000;
const RETRY_SECONDS = 10;

export const TRANSPORTS = ['sse', 'socket'] as const;

/** Whoever holds a connection open to hear of jobs. */
export interface Listener {
  readonly transport: (typeof TRANSPORTS)[number];
  readonly caller: Caller;
  /** Ends the connection: its key was revoked, or its token or session has run out. */
  close(reason: 'revoked' | 'expired'): void;
}

export interface ListenersParts {
  readonly keys: Pick<ApiKeyStore, 'inForce'>;
  readonly maxPerKey: number;
  readonly telemetry: Telemetry;
}

/** The open connections of this gateway: so many of each key, and none for longer than its key, token or session is good. */
export class Listeners {
  readonly #parts: ListenersParts;
  readonly #byKey = new Map<string, Set<Listener>>();
  #looking: NodeJS.Timeout | undefined;

  constructor(parts: ListenersParts) {
    this.#parts = parts;
  }

  start(): void {
    this.#looking ??= setInterval(() => void this.#look(), LOOK_EVERY_MS).unref();
  }

  stop(): void {
    clearInterval(this.#looking);
  }

  /** How many there are of each transport. */
  count(transport: Listener['transport']): number {
    return [...this.#byKey.values()].flatMap((listeners) => [...listeners]).filter((one) => one.transport === transport)
      .length;
  }

  /**
   * Notes an open connection until the returned function is called.
   * @throws Problem 429 when the key has as many as it may
   */
  admit(listener: Listener): () => void {
    const { apiKeyId } = listener.caller;
    const listeners = this.#byKey.get(apiKeyId) ?? new Set();
    if (listeners.size >= this.#parts.maxPerKey) {
      this.#parts.telemetry.emit('live.listener-refused', { transport: listener.transport, reason: 'too_many' });
      throw later(
        429,
        `The API key has ${listeners.size} live listeners already.`,
        RETRY_SECONDS,
        'too_many_listeners',
      );
    }
    this.#byKey.set(apiKeyId, listeners.add(listener));
    return () => {
      listeners.delete(listener);
      if (listeners.size === 0 && this.#byKey.get(apiKeyId) === listeners) this.#byKey.delete(apiKeyId);
    };
  }

  async #look(): Promise<void> {
    if (this.#byKey.size === 0) return;
    const now = new Date();
    const all = [...this.#byKey.values()].flatMap((listeners) => [...listeners]);
    for (const listener of all) if ((endOf(listener.caller) ?? now) < now) this.#close(listener, 'expired');
    // While the ledger does not answer, nobody can be revoked either.
    const inForce = await this.#parts.keys.inForce([...this.#byKey.keys()]).catch(() => undefined);
    if (inForce === undefined) return;
    for (const listener of all) if (!inForce.has(listener.caller.apiKeyId)) this.#close(listener, 'revoked');
  }

  #close(listener: Listener, reason: 'revoked' | 'expired'): void {
    this.#parts.telemetry.emit('live.listener-closed', { transport: listener.transport, reason });
    listener.close(reason);
  }
}

/** When what a caller came with runs out; undefined of a key. */
function endOf({ watch, session }: Caller): Date | undefined {
  return watch?.until ?? session?.expiresAt;
}
