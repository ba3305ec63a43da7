import { openIdOf, type OpenIdConfig } from './open-id.js';
import { readSettings } from './read-settings.js';
import { type LogLevelName, type Values } from './schema.js';

/** How to reach the broker, and how it is set. */
export interface BrokerConfig {
  /** At least one. */
  readonly urls: readonly string[];
  /** PEM of the authorities that may have signed the broker's certificate; null trusts those that Node knows. */
  readonly ca: string | null;
  /** What the names of exchanges and queues begin with. @default 'leveret' */
  readonly prefix: string;
  /** @default 'classic' */
  readonly queueType: 'classic' | 'quorum';
  /** Whether exchanges and queues are declared, or only looked for. @default 'declare' */
  readonly topology: 'declare' | 'check';
  /** The broker's `consumer_timeout`. @default 1_800_000 */
  readonly ackTimeoutMs: number;
}

/** What every app takes. */
export interface CommonConfig {
  readonly broker: BrokerConfig;
  /** `file:///path` or `s3://bucket?…`. */
  readonly storageUrl: string;
  /** The OpenTelemetry collector that is told of traces, without a slash at its end; null traces nothing. */
  readonly otlpEndpoint: string | null;
  /** @default 'info' */
  readonly logLevel: LogLevelName;
  /** @default 'development' */
  readonly nodeEnv: 'production' | 'development' | 'test';
  /** The bearer token of GET /metrics; null leaves it open. */
  readonly metricsToken: string | null;
}

/** What the gateway takes. */
export interface GatewayConfig extends CommonConfig {
  readonly databaseUrl: string;
  /** @default 3000 */
  readonly port: number;
  /** Without a slash at its end. @default 'http://127.0.0.1:PORT' */
  readonly publicUrl: string;
  /** With `{traceId}` in the place of a trace's id; null when nobody looks at traces. */
  readonly traceUrl: string | null;
  /** Where people sign in beside with API keys; null: nowhere. */
  readonly openId: OpenIdConfig | null;
  /** At least 32 characters. */
  readonly linkSecret: string;
  /** The first admin key; null has the gateway make one. */
  readonly adminApiKey: string | null;
  /** Bytes. @default 2_147_483_648 */
  readonly maxUploadBytes: number;
  /** The tenant that a broker user's published jobs belong to. */
  readonly brokerTenants: ReadonlyMap<string, string>;
  /** Who may listen to live updates: pages of these origins, and so many listeners of one key. @default none, 2_000 */
  readonly live: { readonly origins: readonly string[]; readonly maxPerKey: number };
  /** How long there is no news of a job before its message is looked for. @default 60_000 */
  readonly reconcileAfterMs: number;
  /** Whether a tenant may have only so many messages in a queue. @default true */
  readonly tenantWindow: boolean;
  /** What may wait in the outbox before jobs are refused. @default 100_000 rows, 1_073_741_824 bytes */
  readonly outboxBound: { readonly rows: number; readonly bytes: number };
  /** How long what is over is kept, in milliseconds; null is for ever. @default 7 days, failed jobs and history 30 */
  readonly retention: {
    readonly jobs: Readonly<Record<'completed' | 'failed' | 'cancelled', number | null>>;
    readonly uploadsMs: number | null;
    readonly eventsMs: number | null;
    readonly historyMs: number | null;
  };
  /** RabbitMQ's management API; null when the doctor has to do without. */
  readonly managementUrl: string | null;
  /** Signs the links by which recipients of mails unsubscribe; null when there are none. */
  readonly unsubscribeSecret: string | null;
  /** What the secrets of webhooks are made of; null when there are none. */
  readonly webhookSecret: string | null;
  /** `host:port` pairs that webhooks may go to although they are private. */
  readonly egressAllow: readonly string[];
}

/** What a consumer app takes. */
export interface ConsumerConfig extends CommonConfig {
  /** 0: any free port. @default 0 */
  readonly healthPort: number;
  /** Jobs at once in one process; null leaves it to the app. */
  readonly concurrency: number | null;
}

/**
 * The gateway's configuration, deep-frozen.
 * @param env @default process.env
 * @throws ConfigError with every problem in one message.
 */
export function loadGatewayConfig(env: NodeJS.ProcessEnv = process.env): GatewayConfig {
  const values = readSettings(env, 'gateway');
  return Object.freeze({
    ...common(values),
    databaseUrl: values.DATABASE_URL,
    port: values.PORT,
    publicUrl: values.PUBLIC_URL ?? `http://127.0.0.1:${values.PORT}`,
    traceUrl: values.TRACE_URL,
    openId: openIdOf(values),
    linkSecret: values.LINK_SECRET,
    adminApiKey: values.ADMIN_API_KEY,
    maxUploadBytes: values.MAX_UPLOAD,
    brokerTenants: values.BROKER_TENANTS,
    live: Object.freeze({ origins: Object.freeze([...values.LIVE_ORIGINS]), maxPerKey: values.LIVE_MAX_PER_KEY }),
    reconcileAfterMs: values.RECONCILE_AFTER,
    tenantWindow: values.TENANT_WINDOW === 'auto',
    outboxBound: Object.freeze({ rows: values.OUTBOX_MAX_ROWS, bytes: values.OUTBOX_MAX_BYTES }),
    retention: retention(values),
    managementUrl: values.RABBITMQ_MANAGEMENT_URL,
    unsubscribeSecret: values.UNSUBSCRIBE_SECRET,
    webhookSecret: values.WEBHOOK_SECRET,
    egressAllow: Object.freeze([...values.EGRESS_ALLOW]),
  });
}

/**
 * A consumer app's configuration, deep-frozen.
 * @param env @default process.env
 * @throws ConfigError with every problem in one message.
 */
export function loadConsumerConfig(env: NodeJS.ProcessEnv = process.env): ConsumerConfig {
  const values = readSettings(env, 'consumer apps');
  return Object.freeze({ ...common(values), healthPort: values.HEALTH_PORT, concurrency: values.CONCURRENCY });
}

/** What the doctor compares with what is in force. */
export interface DoctorConfig extends Pick<GatewayConfig, 'storageUrl' | 'databaseUrl' | 'managementUrl'> {
  readonly broker: BrokerConfig;
}

const OF_THE_BROKER = [
  'RABBITMQ_URL',
  'RABBITMQ_CA_FILE',
  'QUEUE_TYPE',
  'TOPOLOGY',
  'EXCHANGE_PREFIX',
  'BROKER_ACK_TIMEOUT',
] as const;
const OF_THE_DOCTOR = [...OF_THE_BROKER, 'RABBITMQ_MANAGEMENT_URL', 'DATABASE_URL', 'STORAGE_URL'] as const;

/**
 * The settings of who has to do with the broker alone.
 * @param env @default process.env
 * @throws ConfigError with every problem in one message.
 */
export function loadBrokerConfig(env: NodeJS.ProcessEnv = process.env): BrokerConfig {
  return broker(readSettings(env, 'gateway', OF_THE_BROKER));
}

/**
 * The settings of a gateway that the doctor looks at; it needs none of the gateway's secrets.
 * @param env @default process.env
 * @throws ConfigError with every problem in one message.
 */
export function loadDoctorConfig(env: NodeJS.ProcessEnv = process.env): DoctorConfig {
  const values = readSettings(env, 'gateway', OF_THE_DOCTOR);
  const { STORAGE_URL: storageUrl, DATABASE_URL: databaseUrl, RABBITMQ_MANAGEMENT_URL: managementUrl } = values;
  return Object.freeze({ broker: broker(values), storageUrl, databaseUrl, managementUrl });
}

/**
 * What the program takes that brings the ledger's schema up to date; it needs none of the gateway's secrets.
 * @param env @default process.env
 * @throws ConfigError with every problem in one message.
 */
export function loadMigrationConfig(
  env: NodeJS.ProcessEnv = process.env,
): Readonly<Pick<GatewayConfig, 'databaseUrl' | 'logLevel'>> {
  const { DATABASE_URL: databaseUrl, LOG_LEVEL: logLevel } = readSettings(env, 'gateway', [
    'DATABASE_URL',
    'LOG_LEVEL',
  ]);
  return Object.freeze({ databaseUrl, logLevel });
}

function retention(values: Values): GatewayConfig['retention'] {
  return Object.freeze({
    jobs: Object.freeze({
      completed: values.KEEP_COMPLETED,
      failed: values.KEEP_FAILED,
      cancelled: values.KEEP_CANCELLED,
    }),
    uploadsMs: values.KEEP_UPLOADS,
    eventsMs: values.KEEP_EVENTS,
    historyMs: values.KEEP_HISTORY,
  });
}

function common(values: Values): CommonConfig {
  return {
    broker: broker(values),
    storageUrl: values.STORAGE_URL,
    otlpEndpoint: values.OTEL_EXPORTER_OTLP_ENDPOINT,
    logLevel: values.LOG_LEVEL,
    nodeEnv: values.NODE_ENV,
    metricsToken: values.METRICS_TOKEN,
  };
}

function broker(values: Values): BrokerConfig {
  return Object.freeze({
    urls: Object.freeze([...values.RABBITMQ_URL]),
    ca: values.RABBITMQ_CA_FILE,
    prefix: values.EXCHANGE_PREFIX,
    queueType: values.QUEUE_TYPE,
    topology: values.TOPOLOGY,
    ackTimeoutMs: values.BROKER_ACK_TIMEOUT,
  });
}
