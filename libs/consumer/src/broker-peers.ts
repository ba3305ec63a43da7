import {
  type BrokerLink,
  type BrokerNames,
  FanoutFollower,
  type FanoutFollowerOptions,
  peerTopology,
  publishFanout,
  type Publisher,
} from '#libs/broker';
import { decodeJson, isRecord } from '#libs/contracts';
import { type AppPeers } from './app-peers.js';

const LARGEST_BYTES = 1_048_576;

/** What reaching the others takes. */
export interface BrokerPeersParts {
  /** The name of this process. */
  readonly self: string;
  readonly domain: string;
  readonly names: BrokerNames;
  readonly consuming: BrokerLink;
  readonly publisher: Publisher;
  readonly setup: FanoutFollowerOptions['setup'];
}

type Listener = Parameters<AppPeers['listen']>[0];

/** Reaches the other processes of an app by an exchange that is theirs alone. */
export class BrokerPeers implements AppPeers {
  readonly #parts: BrokerPeersParts;
  #listener: Listener | undefined;
  #follower: FanoutFollower | undefined;

  constructor(parts: BrokerPeersParts) {
    this.#parts = parts;
  }

  get self(): string {
    return this.#parts.self;
  }

  tell(news: unknown): void {
    const { publisher, names, domain, self } = this.#parts;
    if (!publisher.ready) return;
    const body = Buffer.from(JSON.stringify({ from: self, news }));
    publishFanout(publisher, names.peers(domain), body).catch(() => undefined);
  }

  listen(on: Listener): void {
    this.#listener = on;
  }

  /** Begins to hear, when somebody listens. */
  start(): void {
    const listener = this.#listener;
    if (listener === undefined) return;
    const { consuming, setup, names, domain, publisher } = this.#parts;
    this.#follower = new FanoutFollower(consuming, {
      setup,
      topologyOf: (id) => peerTopology(names.prefix, domain, id),
      onMessage: (body) => {
        hear(body, listener);
      },
      onAttached: () => {
        listener.joined();
      },
    });
    this.#follower.start();
    // What it says on joining is lost while it cannot publish.
    publisher.onReady(() => {
      listener.joined();
    });
  }

  async stop(): Promise<void> {
    await this.#follower?.stop();
  }
}

function hear(body: Buffer, { heard }: Listener): void {
  const json = body.length > LARGEST_BYTES ? undefined : decodeJson(body);
  if (json?.ok !== true || !isRecord(json.value)) return;
  const { from, news } = json.value;
  if (typeof from === 'string') heard(from, news);
}
