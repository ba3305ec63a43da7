import { describe, expect, it } from '@jest/globals';
import { ConfigError } from './config-error.js';
import { loadConsumerConfig, loadGatewayConfig } from './load.js';
import { loadEmailConfig } from './load-email.js';
import { loadIntegrationsConfig } from './load-integrations.js';

const CONSUMER = { RABBITMQ_URL: 'amqp://127.0.0.1', STORAGE_URL: 'file:///srv/files' } as const;
const GATEWAY = {
  ...CONSUMER,
  DATABASE_URL: 'postgres://127.0.0.1/leveret',
  LINK_SECRET: 'x'.repeat(32),
} as const;

function problems(load: () => unknown): Record<string, string> {
  try {
    load();
  } catch (error) {
    if (error instanceof ConfigError)
      return Object.fromEntries(error.problems.map(({ name, message }) => [name, message]));
    throw error;
  }
  return {};
}

const gatewayProblems = (env: NodeJS.ProcessEnv): Record<string, string> =>
  problems(() => loadGatewayConfig({ ...GATEWAY, ...env }));
const consumerProblems = (env: NodeJS.ProcessEnv): Record<string, string> =>
  problems(() => loadConsumerConfig({ ...CONSUMER, ...env }));

const DAY_MS = 86_400_000;

describe('loadGatewayConfig', () => {
  it('fills in every default', () => {
    expect(loadGatewayConfig(GATEWAY)).toEqual({
      broker: {
        urls: ['amqp://127.0.0.1'],
        ca: null,
        prefix: 'leveret',
        queueType: 'classic',
        topology: 'declare',
        ackTimeoutMs: 1_800_000,
      },
      storageUrl: 'file:///srv/files',
      otlpEndpoint: null,
      logLevel: 'info',
      nodeEnv: 'development',
      metricsToken: null,
      databaseUrl: 'postgres://127.0.0.1/leveret',
      port: 3_000,
      publicUrl: 'http://127.0.0.1:3000',
      traceUrl: null,
      linkSecret: 'x'.repeat(32),
      adminApiKey: null,
      maxUploadBytes: 2_147_483_648,
      brokerTenants: new Map(),
      live: { origins: [], maxPerKey: 2_000 },
      reconcileAfterMs: 60_000,
      outboxBound: { rows: 100_000, bytes: 1_073_741_824 },
      retention: {
        jobs: { completed: 7 * DAY_MS, failed: 30 * DAY_MS, cancelled: 7 * DAY_MS },
        ...{ uploadsMs: 7 * DAY_MS, eventsMs: 7 * DAY_MS, historyMs: 30 * DAY_MS },
      },
      managementUrl: null,
      tenantWindow: true,
      unsubscribeSecret: null,
      webhookSecret: null,
      egressAllow: [],
      openId: null,
    });
  });

  it('takes what is given', () => {
    const config = loadGatewayConfig({
      ...GATEWAY,
      RABBITMQ_URL: 'amqp://a:b@one:5672/v, amqps://two',
      STORAGE_URL: 's3://bucket?endpoint=http://127.0.0.1:9000&region=eu',
      PORT: '8080',
      PUBLIC_URL: 'https://jobs.example.org/leveret/',
      TRACE_URL: 'https://traces.example.org/trace/{traceId}?view=all',
      MAX_UPLOAD: '512MiB',
      KEEP_COMPLETED: '12h',
      KEEP_FAILED: 'forever',
      BROKER_TENANTS: 'shop=acme, crm=globex',
      LIVE_ORIGINS: 'https://shop.example.org, http://localhost:5173',
      LIVE_MAX_PER_KEY: '50',
      RECONCILE_AFTER: '2s',
      OUTBOX_MAX_ROWS: '500',
      OUTBOX_MAX_BYTES: '64MiB',
      RABBITMQ_MANAGEMENT_URL: 'https://rabbit.example.org',
      QUEUE_TYPE: 'quorum',
      EXCHANGE_PREFIX: 'shop_2.jobs',
      BROKER_ACK_TIMEOUT: '12h',
      ADMIN_API_KEY: 'k'.repeat(24),
      OIDC_ISSUER: 'http://127.0.0.1:9000/realms/acme',
      OIDC_CLIENT_ID: 'leveret',
      OIDC_CLAIM: 'roles',
      OIDC_ROLES: 'ops=default:admin, support=acme:jobs:write+jobs:outline',
    });
    expect(config).toMatchObject({
      broker: {
        urls: ['amqp://a:b@one:5672/v', 'amqps://two'],
        prefix: 'shop_2.jobs',
        queueType: 'quorum',
        ackTimeoutMs: 43_200_000,
      },
      port: 8_080,
      publicUrl: 'https://jobs.example.org/leveret',
      traceUrl: 'https://traces.example.org/trace/{traceId}?view=all',
      maxUploadBytes: 536_870_912,
      brokerTenants: new Map([
        ['shop', 'acme'],
        ['crm', 'globex'],
      ]),
      adminApiKey: 'k'.repeat(24),
      openId: {
        ...{ issuer: 'http://127.0.0.1:9000/realms/acme', clientId: 'leveret', clientSecret: null, claim: 'roles' },
        roles: [
          { claimed: 'ops', tenant: 'default', scopes: ['admin'] },
          { claimed: 'support', tenant: 'acme', scopes: ['jobs:write', 'jobs:outline'] },
        ],
      },
      live: { origins: ['https://shop.example.org', 'http://localhost:5173'], maxPerKey: 50 },
      reconcileAfterMs: 2_000,
      outboxBound: { rows: 500, bytes: 67_108_864 },
      retention: { jobs: { completed: DAY_MS / 2, failed: null } },
      managementUrl: 'https://rabbit.example.org',
    });
  });

  it('derives the public address from the port', () => {
    expect(loadGatewayConfig({ ...GATEWAY, PORT: '4001' }).publicUrl).toBe('http://127.0.0.1:4001');
  });

  it('freezes the whole of it', () => {
    const config = loadGatewayConfig(GATEWAY);
    expect([config, config.broker, config.broker.urls].every((part) => Object.isFrozen(part))).toBe(true);
  });

  it('lists every problem in one message', () => {
    const message = (() => {
      try {
        loadGatewayConfig({ PORT: 'http', QUEUE_TYPE: 'mirrored' });
        return '';
      } catch (error) {
        return (error as Error).message;
      }
    })();
    expect(message).toContain('6 problems');
    for (const name of ['RABBITMQ_URL', 'DATABASE_URL', 'STORAGE_URL', 'PORT', 'LINK_SECRET', 'QUEUE_TYPE']) {
      expect(message).toMatch(new RegExp(`^  ${name}: `, 'm'));
    }
  });

  it('takes an empty variable as one that is not set', () => {
    expect(loadGatewayConfig({ ...GATEWAY, PORT: '', ADMIN_API_KEY: '' })).toMatchObject({
      port: 3_000,
      adminApiKey: null,
    });
    expect(gatewayProblems({ DATABASE_URL: '' })['DATABASE_URL']).toMatch(
      /^is required and not set; expected a postgres/,
    );
  });

  it.each([
    [{ OIDC_CLIENT_ID: 'leveret' }, 'OIDC_ISSUER'],
    [{ OIDC_ROLES: 'ops=default:admin' }, 'OIDC_ISSUER'],
    [{ OIDC_ISSUER: 'https://login.example.org' }, 'OIDC_CLIENT_ID'],
    [{ OIDC_ISSUER: 'https://login.example.org', OIDC_CLIENT_ID: 'leveret' }, 'OIDC_ROLES'],
  ])('asks what goes with %j', (env, name) => {
    expect(gatewayProblems(env)[name]).toContain('is missing');
  });

  it('says how to make a link secret', () => {
    expect(gatewayProblems({ LINK_SECRET: 'canary' })['LINK_SECRET']).toBe(
      'got a text of 6 characters; expected at least 32 characters; make one with: openssl rand -base64 48',
    );
  });

  it.each([
    ['PORT', '0'],
    ['PORT', '65536'],
    ['PORT', '80a'],
    ['PORT', '-1'],
    ['PORT', ' 80'],
    ['RABBITMQ_URL', 'http://127.0.0.1'],
    ['RABBITMQ_URL', 'amqp://'],
    ['RABBITMQ_URL', 'amqp://one,'],
    ['RABBITMQ_URL', 'rabbit:5672'],
    ['RABBITMQ_MANAGEMENT_URL', 'rabbit:15672'],
    ['RECONCILE_AFTER', '999ms'],
    ['OUTBOX_MAX_ROWS', '0'],
    ['OUTBOX_MAX_BYTES', '1GB'],
    ['DATABASE_URL', 'mysql://127.0.0.1/x'],
    ['STORAGE_URL', '/srv/files'],
    ['STORAGE_URL', 'file://srv/files'],
    ['STORAGE_URL', 'file:///'],
    ['STORAGE_URL', 's3:///'],
    ['PUBLIC_URL', 'jobs.example.org'],
    ['PUBLIC_URL', 'https://jobs.example.org/?a=1'],
    ['TRACE_URL', 'https://traces.example.org'],
    ['TRACE_URL', 'javascript:alert(1)//{traceId}'],
    ['MAX_UPLOAD', '0'],
    ['MAX_UPLOAD', '1.5GiB'],
    ['MAX_UPLOAD', 'lots'],
    ['BROKER_TENANTS', 'shop'],
    ['BROKER_TENANTS', 'shop=Not A Tenant'],
    ['BROKER_TENANTS', 'shop=acme,shop=globex'],
    ['OIDC_ISSUER', 'http://login.example.org'],
    ['OIDC_ISSUER', 'login.example.org'],
    ['OIDC_SCOPE', 'profile email'],
    ['OIDC_ROLES', 'ops'],
    ['OIDC_ROLES', 'ops=default:root'],
    ['OIDC_ROLES', 'ops=default:jobs:write'],
    ['OIDC_ROLES', 'ops=Not A Tenant:admin'],
    ['LIVE_ORIGINS', '*'],
    ['LIVE_ORIGINS', 'shop.example.org'],
    ['LIVE_MAX_PER_KEY', '0'],
    ['EXCHANGE_PREFIX', 'a b'],
    ['EXCHANGE_PREFIX', '.a'],
    ['BROKER_ACK_TIMEOUT', '5m'],
    ['BROKER_ACK_TIMEOUT', 'soon'],
    ['ADMIN_API_KEY', 'k'.repeat(23)],
    ['ADMIN_API_KEY', `k ${'k'.repeat(23)}`],
    ['METRICS_TOKEN', 'two words'],
    ['NODE_ENV', 'staging'],
    ['LOG_LEVEL', 'chatty'],
  ])('refuses %s=%s and names nothing else', (name, value) => {
    expect(Object.keys(gatewayProblems({ [name]: value }))).toEqual([name]);
  });

  it.each([
    ['QUEUE_TYPE', 'quorom', 'quorum'],
    ['QUEUE_TYPE', 'Classic', 'classic'],
    ['LOG_LEVEL', 'warning', undefined],
    ['LOG_LEVEL', 'wran', 'warn'],
    ['NODE_ENV', 'prodction', 'production'],
    ['MAX_UPLOAD', '2GB', '2GiB'],
    ['MAX_UPLOAD', '2 GiB', '2GiB'],
    ['BROKER_ACK_TIMEOUT', '30 M', '30m'],
    ['LIVE_ORIGINS', 'https://Shop.example.org/', 'https://shop.example.org'],
    ['RABBITMQ_URL', 'ampq://127.0.0.1,amqps://two', 'amqp://127.0.0.1,amqps://two'],
    ['DATABASE_URL', 'postgress://db/x', 'postgres://db/x'],
  ])('asks of %s=%s whether %s was meant', (name, value, meant) => {
    const problem = gatewayProblems({ [name]: value })[name];
    if (meant === undefined) expect(problem).not.toContain('did you mean');
    else expect(problem).toContain(`did you mean "${meant}"?`);
  });

  it.each([
    ['RABBITMQ_URL', 'http://me:canary@127.0.0.1'],
    ['RABBITMQ_URL', 'me:canary@127.0.0.1:5672'],
    ['RABBITMQ_URL', 'ampq://me:c@nary-canary@127.0.0.1'],
    ['DATABASE_URL', 'host=127.0.0.1 password=canary'],
    ['STORAGE_URL', 's4://bucket?secretAccessKey=canary&region=eu'],
    ['ADMIN_API_KEY', 'canary'],
    ['METRICS_TOKEN', 'canary canary'],
    ['RABITMQ_URL', 'amqp://me:canary@127.0.0.1'],
    ['LINK_SECRETS', 'canary'],
  ])('never shows the secret in %s=%s', (name, value) => {
    const problem = gatewayProblems({ [name]: value })[name];
    expect(problem).toMatch(/\bgot /i);
    expect(problem).not.toMatch(/canary|nary/i);
  });
});

describe('loadConsumerConfig', () => {
  it('fills in every default', () => {
    expect(loadConsumerConfig(CONSUMER)).toMatchObject({
      healthPort: 0,
      concurrency: null,
      storageUrl: 'file:///srv/files',
    });
  });

  it.each(['0', '1001', '2.5', 'many'])('refuses a concurrency of %s', (value) => {
    expect(consumerProblems({ CONCURRENCY: value })['CONCURRENCY']).toContain('expected a whole number from 1 to 1000');
  });

  it('does not look at what only the gateway takes', () => {
    expect(consumerProblems({ PORT: 'none', LINK_SECRET: 'short' })).toEqual({});
  });
});

describe('loadEmailConfig', () => {
  const EMAIL = { ...CONSUMER, SMTP_URL: 'smtp://127.0.0.1:2525', MAIL_FROM: 'shop@example.org' } as const;
  const NOTHING_MORE = {
    connections: 10,
    templates: null,
    dkim: null,
    ca: null,
    rates: { all: null, byDomain: new Map() },
    unsubscribe: null,
  };
  const emailProblems = (env: NodeJS.ProcessEnv): Record<string, string> =>
    problems(() => loadEmailConfig({ ...EMAIL, ...env }));

  it('takes a server and a mailbox without a name', () => {
    expect(loadEmailConfig(EMAIL)).toEqual({
      server: { host: '127.0.0.1', port: 2_525, secure: false, login: null },
      from: { name: '', address: 'shop@example.org', domain: 'example.org' },
      ...NOTHING_MORE,
    });
  });

  it('takes templates, a key for signatures, and what links to unsubscribe are made of', () => {
    const config = loadEmailConfig({
      ...EMAIL,
      MAIL_TEMPLATES: '/srv/mails',
      MAIL_DKIM: 'mail-1:/run/secrets/dkim.pem',
      UNSUBSCRIBE_SECRET: 's'.repeat(32),
      PUBLIC_URL: 'https://jobs.example.org/',
    });
    expect(config).toMatchObject({
      templates: '/srv/mails',
      dkim: { selector: 'mail-1', keyFile: '/run/secrets/dkim.pem' },
      unsubscribe: { secret: 's'.repeat(32), publicUrl: 'https://jobs.example.org' },
    });
  });

  it('gives a process its share of the rates, per second', () => {
    const rates = { MAIL_RATE: '300/m', MAIL_DOMAIN_RATES: 'Gmail.com=7200/h, *=20/s', MAIL_PROCESSES: '2' };
    expect(loadEmailConfig({ ...EMAIL, ...rates }).rates).toEqual({
      all: 2.5,
      byDomain: new Map([
        ['gmail.com', 1],
        ['*', 10],
      ]),
    });
  });

  it('takes a login, the ports of the schemes, and a name', () => {
    const config = loadEmailConfig({
      ...EMAIL,
      SMTP_URL: 'smtps://me%40x:p%2Fw@[::1]',
      MAIL_FROM: 'Müller & Co <shop@mail.Example.org>',
    });
    expect(config).toEqual({
      server: { host: '::1', port: 465, secure: true, login: { user: 'me@x', pass: 'p/w' } },
      from: { name: 'Müller & Co', address: 'shop@mail.example.org', domain: 'mail.example.org' },
      ...NOTHING_MORE,
    });
    expect(loadEmailConfig({ ...EMAIL, SMTP_URL: 'smtp://mail' }).server.port).toBe(587);
  });

  it('freezes the whole of it', () => {
    const config = loadEmailConfig(EMAIL);
    expect([config, config.server, config.from].every((part) => Object.isFrozen(part))).toBe(true);
  });

  it.each([
    ['SMTP_URL', ''],
    ['SMTP_URL', 'http://127.0.0.1'],
    ['SMTP_URL', 'smtp://'],
    ['SMTP_URL', 'smtp://host/?pool=true'],
    ['SMTP_URL', 'smtp://user@host'],
    ['SMTP_URL', 'smtp://%zz:x@host'],
    ['MAIL_FROM', ''],
    ['MAIL_FROM', 'shop'],
    ['MAIL_FROM', 'Shop shop@example.org'],
    ['MAIL_FROM', 'a@example.org, b@example.org'],
    ['MAIL_FROM', 'Shop\r\nBcc: x@y <shop@example.org>'],
    ['MAIL_FROM', 'shop@-example.org'],
    ['MAIL_TEMPLATES', 'mails'],
    ['MAIL_RATE', '10'],
    ['MAIL_RATE', '0/s'],
    ['MAIL_DOMAIN_RATES', 'gmail.com'],
    ['MAIL_DOMAIN_RATES', 'gmail.com=5/s,GMAIL.com=6/s'],
    ['MAIL_DOMAIN_RATES', 'a b=5/s'],
    ['MAIL_PROCESSES', '0'],
    ['MAIL_DKIM', 'mail-1:key.pem'],
    ['UNSUBSCRIBE_SECRET', 'short'],
  ])('refuses %s=%j', (name, value) => {
    expect(Object.keys(emailProblems({ [name]: value }))).toEqual([name]);
  });

  it('never shows the password of the server', () => {
    expect(emailProblems({ SMTP_URL: 'stmp://me:canary@127.0.0.1' })['SMTP_URL']).not.toContain('canary');
  });

  it('is no business of other apps', () => {
    expect(consumerProblems({ SMTP_URL: 'none', MAIL_FROM: 'none' })).toEqual({});
  });
});

describe('loadIntegrationsConfig', () => {
  const integrationProblems = (env: NodeJS.ProcessEnv): string[] =>
    Object.keys(problems(() => loadIntegrationsConfig({ ...CONSUMER, ...env })));

  it('opens nothing and knows no connections when nothing is said', () => {
    expect(loadIntegrationsConfig(CONSUMER)).toMatchObject({
      ...{ egressAllow: [], connectionsFile: null, webhookSecret: null },
    });
  });

  it('takes pairs of host and port, written as URLs write hosts', () => {
    const { egressAllow } = loadIntegrationsConfig({
      ...CONSUMER,
      EGRESS_ALLOW: '127.1:8080, Billing.Internal:443,[0:0:0:0:0:0:0:1]:80',
    });
    expect(egressAllow).toEqual(['127.0.0.1:8080', 'billing.internal:443', '[::1]:80']);
  });

  it('gives the variables that connections name, and an empty one is not there', () => {
    const { secretIn } = loadIntegrationsConfig({ ...CONSUMER, PAYMENTS_TOKEN: 'canary', EMPTY: '' });
    expect([secretIn('PAYMENTS_TOKEN'), secretIn('EMPTY'), secretIn('NONE')]).toEqual(['canary', undefined, undefined]);
  });

  it.each([
    '127.0.0.1',
    'host:0',
    'host:70000',
    'http://host:80',
    'host:80/path',
    '*:80',
    '::1:80',
    'a b:80',
    'u@h:80',
  ])('refuses EGRESS_ALLOW=%j', (pairs) => {
    expect(integrationProblems({ EGRESS_ALLOW: pairs })).toEqual(['EGRESS_ALLOW']);
  });
});

describe('a name that is no setting', () => {
  it.each([
    ['RABITMQ_URL', 'RABBITMQ_URL'],
    ['RABBITMQ_URLS', 'RABBITMQ_URL'],
    ['DATABSE_URL', 'DATABASE_URL'],
    ['CONCURENCY', 'CONCURRENCY'],
    ['LOG_LEVLE', 'LOG_LEVEL'],
    ['QUEUETYPE', 'QUEUE_TYPE'],
    ['NODE_EVN', 'NODE_ENV'],
    ['storage_url', 'STORAGE_URL'],
    ['EGRES_ALLOW', 'EGRESS_ALLOW'],
  ])('is reported when it looks like a slip of the pen: %s', (name, meant) => {
    expect(consumerProblems({ [name]: '1' })).toEqual({ [name]: expect.stringContaining(`did you mean ${meant}?`) });
  });

  it.each(
    `PATH HOME LOGNAME LANGUAGE HOSTNAME SHELL EDITOR PORTS SMTP_HOST SMTP_PORT SMTP_USER SMTP_PASS HTTP_URL AMQP_URL REDIS_URL
    NODE_PATH NODE_OPTIONS NODE_VERSION HTTP_PROXY HTTPS_PROXY NO_PROXY INIT_CWD npm_config_loglevel RABBITMQ_NODENAME
    RABBITMQ_PORT DATABASE_HOST KUBERNETES_PORT MAIL_TO MAILFROM_NAME DATABASE_NAME EGRESS_ALLOW SMTP_URL MAIL_FROM`.split(
      /\s+/,
    ),
  )('is left alone: %s', (name) => {
    expect(consumerProblems({ [name]: '1' })).toEqual({});
  });
});
