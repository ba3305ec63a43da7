import { catalogIn, type ExportsConfig } from './load-exports.js';
import { readSettings } from './read-settings.js';

/** What the integrations app takes beside what every consumer app does. */
export interface IntegrationsConfig {
  /** `host:port` pairs that calls may reach although they are private. */
  readonly egressAllow: readonly string[];
  /** Where connections are named; null: nowhere. */
  readonly connectionsFile: string | null;
  /** Where datasets are named that syncs write to; null: nowhere. */
  readonly catalog: ExportsConfig['catalog'];
  /** What the secrets of webhooks are made of; null when there are none. */
  readonly webhookSecret: string | null;
  /** A variable of the environment that a connection names for a secret of its own; undefined when it is empty or not set. */
  readonly secretIn: (variable: string) => string | undefined;
}

/**
 * What the integrations app takes beside its configuration as a consumer app, frozen.
 * @param env @default process.env
 * @throws ConfigError with every problem in one message.
 */
export function loadIntegrationsConfig(env: NodeJS.ProcessEnv = process.env): IntegrationsConfig {
  const values = readSettings(env, 'integrations app');
  return Object.freeze({
    egressAllow: Object.freeze([...values.EGRESS_ALLOW]),
    connectionsFile: values.CONNECTIONS_FILE,
    catalog: catalogIn(values),
    webhookSecret: values.WEBHOOK_SECRET,
    secretIn: (variable: string) => (env[variable] === '' ? undefined : env[variable]),
  });
}
