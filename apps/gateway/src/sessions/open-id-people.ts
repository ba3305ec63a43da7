import { createHash, randomBytes } from 'node:crypto';
import { uuidv7 } from 'uuidv7';
import { type OpenIdConfig, type OpenIdRole } from '#libs/config';
import { clippedText } from '#libs/contracts';
import { type ApiKeyRecord, type ApiKeyStore } from '../ledger/api-key.store.js';
import { UNLIMITED_KEY } from '../ledger/limits.js';
import { type Claims, NAMING_CLAIMS } from './open-id-provider.js';

const MAX_NAME_BYTES = 100;

/**
 * The people that a provider knows. Each has a key of their own that nobody has the text of: so what they do is entered under their
 * name, their sessions end when it is revoked, and limits can be set on it.
 */
export class OpenIdPeople {
  constructor(
    private readonly keys: Pick<ApiKeyStore, 'welcome' | 'revokeKeyId'>,
    private readonly config: Pick<OpenIdConfig, 'issuer' | 'claim' | 'roles'>,
  ) {}

  /** The key of who has signed in, as they are now; undefined for who has none of the roles, and whoever had one before loses it. */
  async keyOf(claims: Claims): Promise<ApiKeyRecord | undefined> {
    const role = this.#roleOf(claims[this.config.claim]);
    const keyId = this.#keyIdOf(claims.sub);
    if (role === undefined) {
      await this.keys.revokeKeyId(keyId);
      return undefined;
    }
    const { tenant, scopes } = role;
    return this.keys.welcome({
      ...{ id: uuidv7(), keyId, name: nameOf(claims), tenant, scopes },
      // The hash of no text: it is good for nothing but to tell this key from others.
      ...{ digest: randomBytes(32), hint: 'OpenID Connect', ...UNLIMITED_KEY },
    });
  }

  #roleOf(claimed: unknown): OpenIdRole | undefined {
    const values: readonly unknown[] = Array.isArray(claimed) ? claimed : [claimed];
    return this.config.roles.find((role) => values.includes(role.claimed));
  }

  /** Of no form that the text of a key can name. */
  #keyIdOf(subject: string): string {
    const person = JSON.stringify([this.config.issuer, subject]);
    return `openid:${createHash('sha256').update(person).digest('base64url')}`;
  }
}

function nameOf(claims: Claims): string {
  const names = NAMING_CLAIMS.map((claim) => claims[claim]);
  const shown = names.find((name): name is string => typeof name === 'string' && name !== '');
  return clippedText(shown ?? claims.sub, MAX_NAME_BYTES);
}
