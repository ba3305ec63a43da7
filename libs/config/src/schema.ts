import { DURATION_FORM, TIMES } from '#libs/contracts';
import { bytes, duration, listOf, mapped, matching, oneOf, tenantsByUser, url, wholeNumber } from './parsers.js';
import { certificateFile } from './certificates.js';
import { DATASET_SETTINGS } from './dataset-settings.js';
import { INTEGRATION_SETTINGS } from './integration-settings.js';
import { LIVE_SETTINGS } from './live-settings.js';
import { MAIL_SETTINGS } from './mail-settings.js';
import { MEDIA_SETTINGS } from './media-settings.js';
import { OPEN_ID_SETTINGS } from './open-id-settings.js';
import { postgresUrl, SSL_FORM } from './postgres-url.js';
import { RETENTION_SETTINGS } from './retention-settings.js';
import { orNull, type Setting, setting } from './setting.js';

const LOG_LEVEL_NAMES = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;
/** How much is logged: lines of this level and of graver ones. */
export type LogLevelName = (typeof LOG_LEVEL_NAMES)[number];

const QUEUE_TYPES = ['classic', 'quorum'] as const;
const TOPOLOGY_MODES = ['declare', 'check'] as const;
const TENANT_WINDOWS = ['auto', 'none'] as const;
const NODE_ENVS = ['production', 'development', 'test'] as const;
const GIB = 2 ** 30;

const hasHost = (address: URL): boolean => address.hostname !== '';
/** Whether something can be put behind it: a path may be there, but nothing after it. */
const leadsOn = (address: URL): boolean =>
  hasHost(address) && address.username === '' && address.search === '' && address.hash === '';

/** A path for `file:`, a bucket for `s3:`; what stands behind them is checked by whoever opens the storage. */
const namesPlace = (address: URL): boolean =>
  address.protocol === 'file:' ? address.hostname === '' && address.pathname.length > 1 : hasHost(address);

/** Every setting of the suite, in the order of the documentation. */
export const SCHEMA = {
  RABBITMQ_URL: setting({
    means: 'Where the RabbitMQ nodes are; with several, the next one is tried when one is lost.',
    allowed: 'amqp:// or amqps:// URLs with commas between them, e.g. amqp://user:password@127.0.0.1:5672/vhost',
    takenBy: 'every app',
    parse: listOf(url(['amqp', 'amqps'], hasHost)),
    advice: 'a comma, slash, number sign or at sign in a user name or password is written %2C, %2F, %23 or %40',
  }),
  RABBITMQ_CA_FILE: setting<string | null>({
    means:
      'The authorities that may have signed the certificate of an amqps:// broker, instead of those that Node knows.',
    allowed: 'the path of a readable file with certificates in PEM format',
    takenBy: 'every app',
    parse: orNull(certificateFile),
    fallback: { value: null, shown: "Node's own" },
  }),
  DATABASE_URL: setting({
    means: 'Where the ledger is: the PostgreSQL database that holds every job.',
    allowed: 'a postgres:// or postgresql:// URL, e.g. postgres://user:password@127.0.0.1:5432/leveret',
    takenBy: 'gateway',
    parse: postgresUrl,
    advice: `with ?sslmode=verify-full&sslrootcert=/path/ca.pem at its end the connection is encrypted and the server is known by its name; ${SSL_FORM}`,
  }),
  STORAGE_URL: setting({
    means: 'Where files are kept; every app must see the same place.',
    allowed: 'file:///absolute/path or s3://bucket?endpoint=https://host&region=name',
    takenBy: 'every app',
    parse: url(['file', 's3'], namesPlace),
  }),
  PORT: setting({
    means: 'The port that the gateway listens on.',
    allowed: 'a whole number from 1 to 65535',
    takenBy: 'gateway',
    parse: wholeNumber(1, 65_535),
    fallback: { value: 3_000, shown: '3000' },
  }),
  PUBLIC_URL: setting<string | null>({
    means: "The gateway's address as its users see it: download links and callbacks begin with it.",
    allowed: 'an http:// or https:// URL without user, query or fragment; a slash at its end is dropped',
    takenBy: 'gateway and email app',
    parse: orNull(mapped(url(['http', 'https'], leadsOn), (text) => text.replace(/\/+$/, ''))),
    fallback: { value: null, shown: 'http://127.0.0.1:PORT' },
  }),
  TRACE_URL: setting<string | null>({
    means: 'Where the trace of a job is looked at: GET /v1/jobs/:id/trace leads there.',
    allowed: 'an http:// or https:// URL with {traceId} in it, e.g. https://jaeger.example.org/trace/{traceId}',
    takenBy: 'gateway',
    parse: orNull(matching(/^https?:\/\/\S*\{traceId\}\S*$/)),
    fallback: { value: null, shown: 'none' },
  }),
  LINK_SECRET: setting({
    means: 'Signs download links and watch tokens; every gateway of a suite has the same.',
    allowed: 'at least 32 characters',
    takenBy: 'gateway',
    parse: matching(/^.{32,}$/),
    advice: 'make one with: openssl rand -base64 48',
    secret: true,
  }),
  ADMIN_API_KEY: setting<string | null>({
    means: 'The first admin key; without it one is made at the first start and shown once.',
    allowed: 'at least 24 printable ASCII characters without spaces',
    takenBy: 'gateway',
    parse: orNull(matching(/^[\x21-\x7E]{24,}$/)),
    fallback: { value: null, shown: 'none' },
    advice: 'make one with: openssl rand -hex 24',
    secret: true,
  }),
  BROKER_TENANTS: setting<ReadonlyMap<string, string>>({
    means: 'Which tenant a job belongs to that a service publishes to the broker, by the broker user in its user-id.',
    allowed: 'user=tenant pairs with commas between them, e.g. shop=acme,crm=globex',
    takenBy: 'gateway',
    parse: tenantsByUser,
    fallback: { value: new Map(), shown: 'none: every such job belongs to default' },
  }),
  MAX_UPLOAD: setting({
    means: 'The largest file that may be uploaded.',
    allowed: 'bytes as a whole number above 0, or with a unit: 512KiB, 100MiB, 2GiB, 1TiB',
    takenBy: 'gateway',
    parse: bytes,
    fallback: { value: 2 * GIB, shown: '2GiB' },
  }),
  ...LIVE_SETTINGS,
  RECONCILE_AFTER: setting({
    means: 'How long there is no news of a job before the gateway looks for its message.',
    allowed: `at least 1s: ${DURATION_FORM}`,
    takenBy: 'gateway',
    parse: duration(1_000),
    fallback: { value: 60_000, shown: '1m' },
    advice: 'less than 1m is for tests: what a worker holds that stands still for half of it may be run twice',
  }),
  OUTBOX_MAX_ROWS: setting({
    means: 'How many messages may wait for the broker; from then on jobs are refused with 503 until some have left.',
    allowed: 'a whole number from 1 to 100000000',
    takenBy: 'gateway',
    parse: wholeNumber(1, 100_000_000),
    fallback: { value: 100_000, shown: '100000' },
  }),
  OUTBOX_MAX_BYTES: setting({
    means: 'How many bytes of payload, as the database stores them, may wait for the broker; the same then.',
    allowed: 'bytes as a whole number above 0, or with a unit: 512KiB, 100MiB, 2GiB, 1TiB',
    takenBy: 'gateway',
    parse: bytes,
    fallback: { value: GIB, shown: '1GiB' },
  }),
  TENANT_WINDOW: setting<(typeof TENANT_WINDOWS)[number]>({
    means: 'How many messages one tenant may have in a queue; the rest of its jobs waits in the ledger for its turn.',
    allowed:
      'auto (what the queue ends in 2 s, or would at its latest pace, at least twice what its workers take at once) or none, which is no bound',
    takenBy: 'gateway',
    parse: oneOf(TENANT_WINDOWS),
    fallback: { value: 'auto', shown: 'auto' },
  }),
  ...RETENTION_SETTINGS,
  ...OPEN_ID_SETTINGS,
  RABBITMQ_MANAGEMENT_URL: setting<string | null>({
    means: "Where RabbitMQ's management API is; with it the doctor sees queues, bindings and policies as they are.",
    allowed:
      'an http:// or https:// URL, e.g. http://127.0.0.1:15672, with user:password@ when not that of RABBITMQ_URL',
    takenBy: 'gateway',
    parse: orNull(url(['http', 'https'], hasHost)),
    fallback: { value: null, shown: 'none' },
  }),
  HEALTH_PORT: setting({
    means: 'The port for health and metrics of a consumer app; 0 takes any free port and logs it.',
    allowed: 'a whole number from 0 to 65535',
    takenBy: 'consumer apps',
    parse: wholeNumber(0, 65_535),
    fallback: { value: 0, shown: '0' },
  }),
  CONCURRENCY: setting<number | null>({
    means: 'How many jobs one process of a consumer app runs at once. Of brief ones it has more messages in hand.',
    allowed: 'a whole number from 1 to 1000',
    takenBy: 'consumer apps',
    parse: orNull(wholeNumber(1, 1_000)),
    fallback: { value: null, shown: "the app's own" },
  }),
  QUEUE_TYPE: setting<(typeof QUEUE_TYPES)[number]>({
    means: 'The type of the work queues: classic on one node, quorum for clusters.',
    allowed: 'classic or quorum',
    takenBy: 'every app',
    parse: oneOf(QUEUE_TYPES),
    fallback: { value: 'classic', shown: 'classic' },
  }),
  TOPOLOGY: setting<(typeof TOPOLOGY_MODES)[number]>({
    means: 'Whether exchanges and queues are declared, or only looked for, because `npm run topology` declares them.',
    allowed: 'declare or check',
    takenBy: 'every app',
    parse: oneOf(TOPOLOGY_MODES),
    fallback: { value: 'declare', shown: 'declare' },
  }),
  EXCHANGE_PREFIX: setting({
    means: 'What the names of exchanges and queues begin with, so that suites can share a broker.',
    allowed: '1 to 60 letters, digits, hyphens, underscores and dots, beginning with a letter or digit',
    takenBy: 'every app',
    parse: matching(/^[A-Za-z0-9][A-Za-z0-9._-]{0,59}$/),
    fallback: { value: 'leveret', shown: 'leveret' },
  }),
  BROKER_ACK_TIMEOUT: setting({
    means: "The broker's `consumer_timeout`, which a client cannot ask for; no task may run nearly that long.",
    allowed: `more than 5m: ${DURATION_FORM}`,
    takenBy: 'every app',
    parse: duration(TIMES.ackTimeoutMarginMs + 1),
    fallback: { value: 30 * 60_000, shown: '30m' },
  }),
  ...MAIL_SETTINGS,
  ...DATASET_SETTINGS,
  ...INTEGRATION_SETTINGS,
  ...MEDIA_SETTINGS,
  OTEL_EXPORTER_OTLP_ENDPOINT: setting<string | null>({
    means: 'The OpenTelemetry collector that is told of traces, over HTTP; without it nothing is traced.',
    allowed: 'an http:// or https:// URL, e.g. http://127.0.0.1:4318, which /v1/traces is put behind',
    takenBy: 'every app',
    parse: orNull(mapped(url(['http', 'https'], leadsOn), (text) => text.replace(/\/+$/, ''))),
    fallback: { value: null, shown: 'none' },
    advice: "sampler, headers and attributes are set by OpenTelemetry's own variables, such as OTEL_TRACES_SAMPLER",
  }),
  LOG_LEVEL: setting<LogLevelName>({
    means: 'How much is logged.',
    allowed: LOG_LEVEL_NAMES.join(', '),
    takenBy: 'every app',
    parse: oneOf(LOG_LEVEL_NAMES),
    fallback: { value: 'info', shown: 'info' },
  }),
  METRICS_TOKEN: setting<string | null>({
    means: 'The bearer token that GET /metrics wants; without it the metrics are open.',
    allowed: 'printable ASCII characters without spaces',
    takenBy: 'every app',
    parse: orNull(matching(/^[\x21-\x7E]+$/)),
    fallback: { value: null, shown: 'none' },
    secret: true,
  }),
  NODE_ENV: setting<(typeof NODE_ENVS)[number]>({
    means: 'What kind of installation this is.',
    allowed: 'production, development or test',
    takenBy: 'every app',
    parse: oneOf(NODE_ENVS),
    fallback: { value: 'development', shown: 'development' },
  }),
} as const;

export type SettingName = keyof typeof SCHEMA;
export const SETTING_NAMES = Object.keys(SCHEMA) as readonly SettingName[];

export type Values = {
  readonly [Name in SettingName]: (typeof SCHEMA)[Name] extends Setting<infer T> ? T : never;
};
