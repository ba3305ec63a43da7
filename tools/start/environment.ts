import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { loadConsumerConfig, loadGatewayConfig } from '#libs/config';

/** What the launcher knows when it starts the apps. */
export interface SuiteFacts {
  readonly rabbitmqUrl: string;
  /** The launcher's own broker, whose time for acknowledgements is known. */
  readonly ownBroker: boolean;
  readonly databaseUrl: string;
  readonly dataFolder: string;
  readonly port: number;
  readonly linkSecret: string;
  readonly adminApiKey: string;
}

const OF_THE_GATEWAY = ['DATABASE_URL', 'ADMIN_API_KEY', 'LINK_SECRET', 'PORT', 'PUBLIC_URL'] as const;
const OWN_ACK_TIMEOUT = '12h';

/** The gateway's environment: the person's own settings come before what the launcher has made up. */
export function gatewayEnvironment(outer: NodeJS.ProcessEnv, facts: SuiteFacts): NodeJS.ProcessEnv {
  return {
    ...commonEnvironment(outer, facts),
    DATABASE_URL: facts.databaseUrl,
    LINK_SECRET: outer['LINK_SECRET'] ?? facts.linkSecret,
    ADMIN_API_KEY: facts.adminApiKey,
    PORT: String(facts.port),
    PUBLIC_URL: outer['PUBLIC_URL'] ?? `http://127.0.0.1:${facts.port}`,
  };
}

/** A consumer app's environment: it needs the broker and the files, and is not told the gateway's secrets. */
export function consumerEnvironment(outer: NodeJS.ProcessEnv, facts: SuiteFacts): NodeJS.ProcessEnv {
  const common = Object.entries(commonEnvironment(outer, facts));
  const allowed = common.filter(([name]) => !OF_THE_GATEWAY.some((secret) => secret === name));
  return { ...Object.fromEntries(allowed), HEALTH_PORT: '0' };
}

function commonEnvironment(outer: NodeJS.ProcessEnv, facts: SuiteFacts): NodeJS.ProcessEnv {
  const inherited = Object.entries(outer).filter(([name]) => !/^(npm_|INIT_CWD$)/.test(name));
  return {
    ...Object.fromEntries(inherited),
    RABBITMQ_URL: facts.rabbitmqUrl,
    STORAGE_URL: outer['STORAGE_URL'] ?? pathToFileURL(join(facts.dataFolder, 'files')).href,
    NODE_ENV: outer['NODE_ENV'] ?? 'development',
    LOG_LEVEL: outer['LOG_LEVEL'] ?? 'info',
    ...(facts.ownBroker ? { BROKER_ACK_TIMEOUT: OWN_ACK_TIMEOUT } : {}),
  };
}

/**
 * Reads the settings as the apps will, before anything is started.
 * @throws ConfigError with every setting that is wrong or misspelt.
 */
export function checkSettings(outer: NodeJS.ProcessEnv, facts: SuiteFacts): void {
  loadGatewayConfig(gatewayEnvironment(outer, facts));
  loadConsumerConfig(consumerEnvironment(outer, facts));
}
