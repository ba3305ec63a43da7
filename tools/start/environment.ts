import { createHmac } from 'node:crypto';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import {
  loadConsumerConfig,
  loadEmailConfig,
  loadExportsConfig,
  loadGatewayConfig,
  loadIntegrationsConfig,
  loadMediaConfig,
} from '#libs/config';

/** What the launcher knows when it starts the apps. */
export interface SuiteFacts {
  readonly rabbitmqUrl: string;
  /** The management API of the launcher's own broker. */
  readonly managementUrl: string | null;
  /** The launcher's own broker, whose time for acknowledgements is known. */
  readonly ownBroker: boolean;
  readonly databaseUrl: string;
  readonly dataFolder: string;
  readonly port: number;
  readonly linkSecret: string;
  readonly adminApiKey: string;
  /** The development inbox; without one there is no server for mails but the person's own. */
  readonly smtpUrl?: string;
  /** The sample database; without one there are no datasets but the person's own. */
  readonly sample?: { readonly catalog: string; readonly url: string };
}

const OF_THE_GATEWAY = [
  'DATABASE_URL',
  'ADMIN_API_KEY',
  'LINK_SECRET',
  'PORT',
  'PUBLIC_URL',
  'RABBITMQ_MANAGEMENT_URL',
  'UNSUBSCRIBE_SECRET',
  'WEBHOOK_SECRET',
] as const;
/** The consumer apps that take settings of their own. */
export const EMAIL = 'email';
const EXPORTS = 'exports';
const INTEGRATIONS = 'integrations';
export const MEDIA = 'media';
const OWN_ACK_TIMEOUT = '12h';
const DEVELOPMENT_SENDER = 'Leveret <leveret@localhost.localdomain>';

/** The gateway's environment: the person's own settings come before what the launcher has made up. */
export function gatewayEnvironment(outer: NodeJS.ProcessEnv, facts: SuiteFacts): NodeJS.ProcessEnv {
  return {
    ...commonEnvironment(outer, facts),
    DATABASE_URL: facts.databaseUrl,
    LINK_SECRET: outer['LINK_SECRET'] ?? facts.linkSecret,
    ADMIN_API_KEY: facts.adminApiKey,
    PORT: String(facts.port),
    ...unsubscribing(outer, facts),
    ...webhooks(outer, facts),
    ...(facts.managementUrl === null ? {} : { RABBITMQ_MANAGEMENT_URL: facts.managementUrl }),
  };
}

/** A consumer app's environment: it needs the broker and the files, and is not told the gateway's secrets. */
export function consumerEnvironment(outer: NodeJS.ProcessEnv, facts: SuiteFacts): NodeJS.ProcessEnv {
  const common = Object.entries(commonEnvironment(outer, facts));
  const allowed = common.filter(([name]) => !OF_THE_GATEWAY.some((secret) => secret === name));
  return { ...Object.fromEntries(allowed), HEALTH_PORT: '0' };
}

/** What a consumer app is started with. */
export function appEnvironment(app: string, outer: NodeJS.ProcessEnv, facts: SuiteFacts): NodeJS.ProcessEnv {
  switch (app) {
    case EMAIL:
      return emailEnvironment(outer, facts);
    case EXPORTS:
      return exportsEnvironment(outer, facts);
    case INTEGRATIONS:
      return integrationsEnvironment(outer, facts);
    default:
      return consumerEnvironment(outer, facts);
  }
}

/** The email app's environment: a consumer app's, with a server for mails, whom they are from, and how one unsubscribes. */
export function emailEnvironment(outer: NodeJS.ProcessEnv, facts: SuiteFacts): NodeJS.ProcessEnv {
  const smtpUrl = given(outer['SMTP_URL']) ?? facts.smtpUrl;
  return {
    ...consumerEnvironment(outer, facts),
    ...unsubscribing(outer, facts),
    ...(smtpUrl === undefined ? {} : { SMTP_URL: smtpUrl }),
    MAIL_FROM: given(outer['MAIL_FROM']) ?? DEVELOPMENT_SENDER,
  };
}

/** What links to unsubscribe are made of; the gateway, to which they lead, and the email app must agree on it. */
function unsubscribing(outer: NodeJS.ProcessEnv, { port, linkSecret }: SuiteFacts): NodeJS.ProcessEnv {
  const made = createHmac('sha256', linkSecret).update('unsubscribe').digest('base64url');
  return {
    PUBLIC_URL: outer['PUBLIC_URL'] ?? `http://127.0.0.1:${port}`,
    UNSUBSCRIBE_SECRET: given(outer['UNSUBSCRIBE_SECRET']) ?? made,
  };
}

/** The exports app's environment: a consumer app's, with the sample database for those who name no datasets. */
export function exportsEnvironment(outer: NodeJS.ProcessEnv, facts: SuiteFacts): NodeJS.ProcessEnv {
  return { ...consumerEnvironment(outer, facts), ...datasets(outer, facts) };
}

/** The integrations app's environment: a consumer app's, with datasets, and with what the secrets of webhooks are made of. */
export function integrationsEnvironment(outer: NodeJS.ProcessEnv, facts: SuiteFacts): NodeJS.ProcessEnv {
  return { ...consumerEnvironment(outer, facts), ...datasets(outer, facts), ...webhooks(outer, facts) };
}

function datasets(outer: NodeJS.ProcessEnv, { sample }: SuiteFacts): NodeJS.ProcessEnv {
  if (sample === undefined || given(outer['DATASETS_FILE']) !== undefined) return {};
  return { DATASETS_FILE: sample.catalog, DATASETS_DATABASES: `sample=${sample.url}` };
}

/** What the secrets of webhooks are made of; the gateway, which shows them, and the integrations app must agree on it. */
function webhooks(outer: NodeJS.ProcessEnv, { linkSecret }: SuiteFacts): NodeJS.ProcessEnv {
  const made = createHmac('sha256', linkSecret).update('webhooks').digest('base64url');
  return { WEBHOOK_SECRET: given(outer['WEBHOOK_SECRET']) ?? made };
}

/** True when the exports app would have no datasets. */
export function wantsSample(outer: NodeJS.ProcessEnv, apps: readonly string[]): boolean {
  return apps.includes(EXPORTS) && given(outer['DATASETS_FILE']) === undefined;
}

/** An empty variable counts as one that is not set. */
function given(text: string | undefined): string | undefined {
  return text === '' ? undefined : text;
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
export function checkSettings(outer: NodeJS.ProcessEnv, facts: SuiteFacts, apps: readonly string[]): void {
  loadGatewayConfig(gatewayEnvironment(outer, facts));
  loadConsumerConfig(consumerEnvironment(outer, facts));
  if (apps.includes(EMAIL)) loadEmailConfig(emailEnvironment(outer, facts));
  if (apps.includes(EXPORTS)) loadExportsConfig(exportsEnvironment(outer, facts));
  if (apps.includes(INTEGRATIONS)) loadIntegrationsConfig(integrationsEnvironment(outer, facts));
  if (apps.includes(MEDIA)) loadMediaConfig(consumerEnvironment(outer, facts));
}
