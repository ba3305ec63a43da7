import {
  type BrokerLink,
  type BrokerNames,
  declareTopology,
  ingressTopology,
  oneAtATime,
  type Publisher,
  takeAll,
} from '#libs/broker';
import { type MessageProperties } from '#libs/contracts';

/** Messages for domains that nobody had announced when they came. */
export class UnroutedMessages {
  readonly #link: BrokerLink;
  readonly #names: BrokerNames;
  readonly #publisher: Publisher;
  #before: Promise<void> = Promise.resolve();

  constructor(link: BrokerLink, names: BrokerNames, publisher: Publisher) {
    this.#link = link;
    this.#names = names;
    this.#publisher = publisher;
  }

  /**
   * Binds a domain's way in, and sends on what has waited for it; messages of other domains stay. One domain and one
   * gateway at a time, because messages that are looked through by one are out of sight for the others.
   */
  admit(domain: string): Promise<void> {
    const admitted = this.#before.then(() => this.#admit(domain));
    this.#before = admitted.catch(() => undefined);
    return admitted;
  }

  async #admit(domain: string): Promise<void> {
    const { jobs, unroutable, prefix } = this.#names;
    await oneAtATime(this.#link, `${unroutable}.lock`, () =>
      takeAll(this.#link, unroutable, {
        setup: (channel) => declareTopology(channel, ingressTopology(prefix, domain)),
        wanted: ({ routingKey }) => routingKey.startsWith(`${domain}.`),
        move: ({ routingKey, body, properties }) =>
          this.#publisher.publish({ exchange: jobs, routingKey, body, properties: withoutSender(properties) }),
      }),
    );
  }
}

// The broker lets nobody publish in another's name.
function withoutSender({ userId, ...properties }: MessageProperties): MessageProperties {
  return userId === undefined ? properties : { ...properties, headers: { ...properties.headers, 'x-user-id': userId } };
}
