import { uuidv7 } from 'uuidv7';
import { type ApiKeyStore, type NewApiKey } from '../ledger/api-key.store.js';
import { UNLIMITED_KEY } from '../ledger/limits.js';
import { digestOf, hintOf, newApiKey } from './api-key-text.js';
import { CONFIGURED_KEY_ID } from './authenticator.js';

/** The tenant of the first admin key. */
const FIRST_TENANT = 'default';

/**
 * Sees to it that somebody can administer the suite. With a configured key, that key is in force and an earlier configured
 * one is not; without, one is made when no admin key is left.
 * @returns the key that was made, to be shown once; null when none was
 */
export async function ensureAdminKey(keys: ApiKeyStore, configured: string | null): Promise<string | null> {
  if (configured !== null) {
    await keys.put(adminKey(CONFIGURED_KEY_ID, configured, 'ADMIN_API_KEY'));
    return null;
  }
  await keys.revokeKeyId(CONFIGURED_KEY_ID);
  if (await keys.hasAdmin()) return null;
  const { keyId, text } = newApiKey();
  await keys.create(adminKey(keyId, text, 'first admin key'));
  return text;
}

function adminKey(keyId: string, text: string, name: string): NewApiKey {
  return {
    id: uuidv7(),
    keyId,
    name,
    tenant: FIRST_TENANT,
    scopes: ['admin'],
    digest: digestOf(text),
    hint: hintOf(text),
    ...UNLIMITED_KEY,
  };
}
