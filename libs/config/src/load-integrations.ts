import { readSettings } from './read-settings.js';

/** What the integrations app takes beside what every consumer app does. */
export interface IntegrationsConfig {
  /** `host:port` pairs that calls may reach although they are private. */
  readonly egressAllow: readonly string[];
  /** Where connections are named; null: nowhere. */
  readonly connectionsFile: string | null;
  /** A variable of the environment that a connection names for a secret of its own; undefined when it is empty or not set. */
  readonly secretIn: (variable: string) => string | undefined;
}

/**
 * What the integrations app takes beside its configuration as a consumer app, frozen.
 * @param env @default process.env
 * @throws ConfigError with every problem in one message.
 */
export function loadIntegrationsConfig(env: NodeJS.ProcessEnv = process.env): IntegrationsConfig {
  const { EGRESS_ALLOW, CONNECTIONS_FILE: connectionsFile } = readSettings(env, 'integrations app');
  return Object.freeze({
    egressAllow: Object.freeze([...EGRESS_ALLOW]),
    connectionsFile,
    secretIn: (variable: string) => (env[variable] === '' ? undefined : env[variable]),
  });
}
