import { createHash, randomBytes } from 'node:crypto';
import { appRights, type BrokerRights, gatewayRights, serviceRights, topologyRights } from '#libs/broker';

const SALT_BYTES = 4;

/** What the definitions are made for. */
export interface DefinitionsOptions {
  readonly vhost: string;
  readonly prefix: string;
  readonly domains: readonly string[];
  /** By user; who has none cannot sign in until somebody gives one. */
  readonly passwords: ReadonlyMap<string, string>;
}

/**
 * Users and their rights, in the form that RabbitMQ's management UI imports.
 * @throws TypeError for a password of a user that is not among them
 */
export function brokerDefinitions({ vhost, prefix, domains, passwords }: DefinitionsOptions): object {
  const rights = usersOf(prefix, domains);
  const users = rights.map(([name]) => name);
  const unknown = [...passwords.keys()].find((name) => !users.includes(name));
  if (unknown !== undefined)
    throw new TypeError(`There is a password of ${unknown}, who is none of the users: ${users.join(', ')}.`);
  return {
    vhosts: [{ name: vhost }],
    users: users.map((name) => ({ name, ...passwordOf(passwords.get(name)), tags: [] })),
    permissions: rights.map(([user, { configure, write, read }]) => ({ user, vhost, configure, write, read })),
    topic_permissions: rights.flatMap(([user, { topics }]) =>
      topics.map(({ exchange, write, read }) => ({ user, vhost, exchange, write, read })),
    ),
  };
}

/** A user for each app, named after the prefix and the app. */
function usersOf(prefix: string, domains: readonly string[]): readonly (readonly [string, BrokerRights])[] {
  return [
    [`${prefix}-topology`, topologyRights(prefix)],
    [`${prefix}-gateway`, gatewayRights(prefix)],
    ...domains.map((domain) => [`${prefix}-${domain}`, appRights(prefix, domain)] as const),
    [`${prefix}-service`, serviceRights(prefix)],
  ];
}

// As RabbitMQ hashes them: base64 of the salt and the SHA-256 of salt and password.
function passwordOf(password: string | undefined): object {
  if (password === undefined) return { password_hash: '' };
  const salt = randomBytes(SALT_BYTES);
  const hash = createHash('sha256').update(salt).update(password, 'utf8').digest();
  return {
    password_hash: Buffer.concat([salt, hash]).toString('base64'),
    hashing_algorithm: 'rabbit_password_hashing_sha256',
  };
}
