import { hostAndPort } from './egress-parsers.js';
import { listOf, matching } from './parsers.js';
import { orNull, setting } from './setting.js';

/** The settings of the integrations app, in the order of the documentation. */
export const INTEGRATION_SETTINGS = {
  EGRESS_ALLOW: setting<readonly string[]>({
    means: 'Which hosts outgoing calls may reach although they are private; all others must have public addresses.',
    allowed: 'exact host:port pairs with commas between them, e.g. 127.0.0.1:8080,billing.internal:443,[::1]:8080',
    takenBy: 'gateway, integrations app and media app',
    parse: listOf(hostAndPort),
    fallback: { value: [], shown: 'none' },
  }),
  CONNECTIONS_FILE: setting<string | null>({
    means: 'The file that names connections to the APIs of others; without it there are none.',
    allowed: 'the path of a file of YAML or JSON',
    takenBy: 'integrations app',
    parse: orNull(matching(/^\P{Cc}+$/u)),
    fallback: { value: null, shown: 'none' },
  }),
  WEBHOOK_SECRET: setting<string | null>({
    means: 'What the secrets of webhooks are made of; without it there are no webhooks.',
    allowed: 'at least 32 characters',
    takenBy: 'gateway and integrations app',
    parse: orNull(matching(/^.{32,}$/)),
    fallback: { value: null, shown: 'none' },
    advice: 'make one with: openssl rand -base64 48',
    secret: true,
  }),
} as const;
