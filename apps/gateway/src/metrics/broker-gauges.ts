import { type BrokerLink, type BrokerNames, lookAtQueue } from '#libs/broker';
import { registerGauge, type Telemetry } from '#libs/observability';

/** Adds what only the broker can count to the metrics; while it is away there are no samples. Every gateway says the same. */
export function registerBrokerGauges(telemetry: Telemetry, link: BrokerLink, names: BrokerNames): void {
  registerGauge(telemetry, {
    name: 'leveret_unroutable_messages',
    help: 'Messages from services for domains that no app has announced: they become no job before one does.',
    collect: async () => (link.state !== 'open' ? [] : ((await lookAtQueue(link, names.unroutable))?.messages ?? 0)),
  });
}
