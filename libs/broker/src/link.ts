import { type BrokerConfig } from '#libs/config';
import { type Telemetry } from '#libs/observability';
import { connect, type ChannelModel } from 'amqplib';
import { Backoff } from './backoff.js';
import { closeSoon } from './closing.js';
import { type ConnectionFailure, connectionFailure } from './connection-failure.js';
import { corkSocket } from './cork.js';

const HEARTBEAT_SECONDS = 10;
const CONNECT_TIMEOUT_MS = 10_000;

export type LinkState = 'connecting' | 'open' | 'blocked' | 'closed';

/**
 * One supervised connection. It connects, and connects again, for as long as it is open; with several URLs it tries them
 * in turn. A process that publishes and consumes has two, because a broker in alarm stops reading from one that publishes.
 */
export class BrokerLink {
  readonly telemetry: Telemetry;
  readonly #urls: readonly string[];
  readonly #ca: string | null;
  readonly #role: string;
  readonly #backoff = new Backoff();
  readonly #ended = new AbortController();
  readonly #stateListeners = new Set<(state: LinkState) => void>();
  readonly #failureListeners = new Set<(failure: ConnectionFailure) => void>();
  #state: LinkState = 'connecting';
  #failure: ConnectionFailure | undefined;
  #server: { readonly product: string; readonly version: string } | undefined;
  #model: ChannelModel | undefined;
  #supervision: Promise<void> | undefined;
  #abandon: () => void = () => undefined;

  /** @param role names the connection in logs, metrics and the management UI, such as `media: consume` */
  constructor(config: BrokerConfig, role: string, telemetry: Telemetry) {
    this.#urls = config.urls;
    this.#ca = config.ca;
    this.#role = role;
    this.telemetry = telemetry;
  }

  get state(): LinkState {
    return this.#state;
  }

  /** Why there is no connection, as far as it is known; undefined while there is one. It lasts when each URL has failed so. */
  get failure(): ConnectionFailure | undefined {
    return this.#failure;
  }

  /** What the broker called itself when the latest connection began. */
  get server(): { readonly product: string; readonly version: string } | undefined {
    return this.#server;
  }

  /** Begins to connect. A broker that is down is no error: it is waited for. */
  open(): void {
    this.#supervision ??= this.#supervise();
  }

  onState(listener: (state: LinkState) => void): void {
    this.#stateListeners.add(listener);
  }

  /** Hears why each try, and each connection, has failed. */
  onFailure(listener: (failure: ConnectionFailure) => void): void {
    this.#failureListeners.add(listener);
  }

  /** The connection, as soon as there is one; undefined once the link is closed. */
  async connection(): Promise<ChannelModel | undefined> {
    while (this.#model === undefined && !this.#ended.signal.aborted) await this.#nextState();
    return this.#model;
  }

  /** Closes the connection for good. Idempotent. */
  async close(): Promise<void> {
    this.#ended.abort();
    const model = this.#model;
    this.#model = undefined;
    this.#enter('closed');
    await closeSoon(model);
    this.#abandon();
    await this.#supervision;
  }

  async #supervise(): Promise<void> {
    // Those of the URLs whose latest failure lasts, since the latest success: while it is not all of them, a try may succeed.
    const refused = new Set<number>();
    for (let attempt = 0; !this.#ended.signal.aborted; attempt += 1) {
      const turn = attempt % this.#urls.length;
      try {
        const model = await this.#connect(this.#urls[turn] ?? '');
        this.#backoff.reset();
        refused.clear();
        await this.#untilClosed(model);
      } catch (error) {
        const { reason, lasting } = connectionFailure(error);
        if (lasting) refused.add(turn);
        else refused.delete(turn);
        this.#lost({ reason, lasting: refused.size === this.#urls.length });
      }
      await this.#backoff.wait(this.#ended.signal);
    }
  }

  async #connect(url: string): Promise<ChannelModel> {
    const address = new URL(url);
    if (!address.searchParams.has('heartbeat')) address.searchParams.set('heartbeat', String(HEARTBEAT_SECONDS));
    const model = await connect(address.href, {
      noDelay: true,
      keepAlive: true,
      timeout: CONNECT_TIMEOUT_MS,
      clientProperties: { connection_name: this.#role },
      ...(this.#ca === null ? {} : { ca: this.#ca }),
    });
    corkSocket(model);
    return model;
  }

  /** @throws Error why the connection is no more, unless the link was closed before there was one */
  async #untilClosed(model: ChannelModel): Promise<void> {
    const closed = new Promise<Error | undefined>((resolve) => {
      model.once('close', resolve);
      this.#abandon = () => resolve(undefined);
    });
    let reason: Error | undefined;
    model.on('error', (error) => (reason = error));
    model.on('blocked', (why) => {
      this.telemetry.emit('broker.blocked', { role: this.#role, reason: why });
      this.#enter('blocked');
    });
    model.on('unblocked', () => {
      this.telemetry.emit('broker.unblocked', { role: this.#role });
      this.#enter('open');
    });
    if (this.#ended.signal.aborted) {
      await closeSoon(model);
      return;
    }
    this.#model = model;
    this.#failure = undefined;
    const { product, version } = model.connection.serverProperties;
    this.#server = { product, version };
    this.telemetry.emit('broker.connected', { role: this.#role });
    this.#enter('open');
    const closing = await closed;
    throw reason ?? closing ?? new Error('The broker closed the connection.');
  }

  #lost(failure: ConnectionFailure): void {
    this.#model = undefined;
    if (this.#ended.signal.aborted) return;
    this.#failure = failure;
    this.telemetry.emit('broker.disconnected', { role: this.#role, reason: failure.reason });
    this.#enter('connecting');
    for (const listener of this.#failureListeners) listener(failure);
  }

  #enter(state: LinkState): void {
    if (this.#state === state || (this.#state === 'closed' && state !== 'closed')) return;
    this.#state = state;
    for (const listener of [...this.#stateListeners]) listener(state);
  }

  #nextState(): Promise<void> {
    return new Promise((resolve) => {
      const once = (): void => {
        this.#stateListeners.delete(once);
        resolve();
      };
      this.#stateListeners.add(once);
    });
  }
}
