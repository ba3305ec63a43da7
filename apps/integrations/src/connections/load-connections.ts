import { type IntegrationsConfig, loadIntegrationsConfig, readSettingsFile, unusableFile } from '#libs/config';
import { durationMs, type Duration } from '#libs/contracts';
import { type CallLimits } from '#libs/egress';
import { type Authentication } from './connection.js';
import { Connections, type NamedConnection } from './connections.js';
import {
  CONNECTIONS_SCHEMA,
  type ConnectionsFile,
  type WrittenAuth,
  type WrittenConnection,
} from './connections-schema.js';
import { resourcesOf } from './resources-schema.js';
import { secretForms, SecretReader } from './secrets.js';
import { termsOf } from './terms.js';

const SETTING = 'CONNECTIONS_FILE';

/**
 * Reads and checks the connections and their secrets; no host is called. Without a file there are none.
 * @throws ConfigError with every problem and its path in the file
 */
export function loadConnections({
  connectionsFile: file,
  secretIn,
}: Pick<IntegrationsConfig, 'connectionsFile' | 'secretIn'>): Connections {
  if (file === null) return new Connections([]);
  const { connections = {}, hosts = {} } = readSettingsFile(SETTING, file, CONNECTIONS_SCHEMA) as ConnectionsFile;
  const secrets = new SecretReader(secretIn);
  const named = Object.entries(connections).map(([name, written]) => connectionOf(name, written, secrets));
  if (secrets.problems.length > 0) throw unusableFile(SETTING, file, secrets.problems);
  const ofHosts = Object.entries(hosts).map(([host, terms]) => [host, termsOf(terms)] as const);
  return new Connections(named, new Map(ofHosts));
}

/** The connections that the environment names. @throws ConfigError */
export function openConnections(): Connections {
  return loadConnections(loadIntegrationsConfig());
}

function connectionOf(name: string, written: WrittenConnection, secrets: SecretReader): NamedConnection {
  const { auth, retry = {}, allow, tenants = null, headers = {} } = written;
  const read = auth === undefined ? NO_AUTHENTICATION : authenticationOf(auth, `connections.${name}.auth`, secrets);
  return {
    ...{ name, tenants, headers },
    baseUrl: new URL(written.baseUrl).href.replace(/\/+$/, ''),
    authentication: read.authentication,
    secrets: read.secrets,
    rules: allow?.map(({ methods = null, paths = null }) => ({ methods, paths })) ?? null,
    limits: limitsOf(written),
    terms: termsOf(written),
    resources: resourcesOf(written.resources),
    temporary: retry.temporary ?? [],
    permanent: retry.permanent ?? [],
    maxRetryAfterMs: retry.maxRetryAfter === undefined ? Infinity : durationMs(retry.maxRetryAfter),
  };
}

interface ReadAuthentication {
  readonly authentication: Authentication;
  readonly secrets: readonly string[];
}

const NO_AUTHENTICATION: ReadAuthentication = { authentication: { type: 'none' }, secrets: [] };

function authenticationOf(auth: WrittenAuth, path: string, reader: SecretReader): ReadAuthentication {
  switch (auth.type) {
    case 'bearer': {
      const token = reader.read(auth.token, `${path}.token`);
      return fixed('authorization', `Bearer ${token}`, token);
    }
    case 'basic': {
      const password = reader.read(auth.password, `${path}.password`);
      const pair = `${auth.user}:${password}`;
      return fixed('authorization', `Basic ${Buffer.from(pair).toString('base64')}`, password, pair);
    }
    case 'api-key': {
      const key = reader.read(auth.key, `${path}.key`);
      return fixed(auth.header, key, key);
    }
    case 'oauth2': {
      const { tokenUrl, clientId, scope = null, audience = null } = auth;
      const clientSecret = reader.read(auth.clientSecret, `${path}.clientSecret`);
      const client = { tokenUrl, clientId, clientSecret, scope, audience };
      return {
        authentication: { type: 'oauth2', client },
        secrets: secretForms(clientSecret, `${clientId}:${clientSecret}`),
      };
    }
  }
}

function fixed(header: string, value: string, ...secrets: readonly string[]): ReadAuthentication {
  return { authentication: { type: 'fixed', headers: { [header]: value } }, secrets: secretForms(...secrets) };
}

function limitsOf({ timeouts = {}, maxBytes }: WrittenConnection): Partial<CallLimits> {
  const given = (name: keyof CallLimits, value: Duration | undefined): Partial<CallLimits> =>
    value === undefined ? {} : { [name]: durationMs(value) };
  return {
    ...given('connectMs', timeouts.connect),
    ...given('tlsMs', timeouts.tls),
    ...given('headersMs', timeouts.headers),
    ...given('idleMs', timeouts.idle),
    ...given('totalMs', timeouts.total),
    ...given('maxBytes', maxBytes),
  };
}
