import {
  type BrokerLink,
  type BrokerNames,
  declareTopology,
  ingressTopology,
  type Publisher,
  takeAll,
} from '#libs/broker';

/** Messages for domains that nobody had announced when they came. */
export class UnroutedMessages {
  readonly #link: BrokerLink;
  readonly #names: BrokerNames;
  readonly #publisher: Publisher;

  constructor(link: BrokerLink, names: BrokerNames, publisher: Publisher) {
    this.#link = link;
    this.#names = names;
    this.#publisher = publisher;
  }

  /** Binds a domain's way in, and sends on what has waited for it; messages of other domains stay. */
  async admit(domain: string): Promise<void> {
    const { jobs, unroutable, prefix } = this.#names;
    await takeAll(this.#link, unroutable, {
      setup: (channel) => declareTopology(channel, ingressTopology(prefix, domain)),
      wanted: ({ routingKey }) => routingKey.startsWith(`${domain}.`),
      move: ({ routingKey, body, properties }) =>
        this.#publisher.publish({ exchange: jobs, routingKey, body, properties }),
    });
  }
}
