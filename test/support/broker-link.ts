import { BrokerLink } from '#libs/broker';
import { loadBrokerConfig } from '#libs/config';
import { createTelemetry } from '#libs/observability';

/** A link of a process that says nothing, with the settings that there are without any. @param urls of the broker's nodes */
export function linkTo(...urls: readonly string[]): BrokerLink {
  const config = loadBrokerConfig({ RABBITMQ_URL: urls.join(',') });
  return new BrokerLink(config, 'test', createTelemetry({ service: 'test', level: 'silent' }));
}
