import { type ApiKeyRecord, KEY_COLUMNS } from './api-key.store.js';
import { type Database } from './database.js';

/** A session that is being opened. */
export interface NewSession {
  /** Of the token in the cookie. */
  readonly digest: Buffer;
  readonly apiKeyId: string;
  /** Of the key's text: a session ends when its key is given another. */
  readonly keyDigest: Buffer;
  readonly lifetimeMs: number;
}

/** A session in force. */
export interface SessionRecord {
  /** The key that it was opened with, as it is now. */
  readonly key: ApiKeyRecord;
  readonly expiresAt: Date;
}

/** What is opened beyond this with one key ends the oldest. */
const MOST_OF_A_KEY = 100;

/** Who is signed in. It lies in the ledger, so that every gateway knows it, and so that signing out ends what was copied, too. */
export class SessionStore {
  constructor(private readonly database: Database) {}

  /** Opens a session; those that are over are forgotten on the way. */
  async open({ digest, apiKeyId, keyDigest, lifetimeMs }: NewSession): Promise<Pick<SessionRecord, 'expiresAt'>> {
    await this.database.query('DELETE FROM sessions WHERE expires_at < now()');
    await this.database.query(END_SURPLUS, [apiKeyId, MOST_OF_A_KEY - 1]);
    const [row] = await this.database.query<{ expiresAt: Date }>(
      `INSERT INTO sessions (digest, api_key_id, key_sha256, expires_at)
       VALUES ($1, $2, $3, now() + $4::float8 * interval '1 millisecond')
       RETURNING expires_at AS "expiresAt"`,
      [digest, apiKeyId, keyDigest, lifetimeMs],
    );
    if (row === undefined) throw new Error('The database inserted a session and returned no row.');
    return row;
  }

  /** The session of a token's digest; undefined when it is over, or its key is no more what it was. */
  async find(digest: Buffer): Promise<SessionRecord | undefined> {
    const [row] = await this.database.query<ApiKeyRecord & { readonly expiresAt: Date }>(FIND, [digest]);
    if (row === undefined) return undefined;
    const { expiresAt, ...key } = row;
    return { key, expiresAt };
  }

  async end(digest: Buffer): Promise<void> {
    await this.database.query('DELETE FROM sessions WHERE digest = $1', [digest]);
  }
}

const FIND = `
SELECT ${KEY_COLUMNS}, "expiresAt"
FROM api_keys
JOIN (
  SELECT api_key_id, key_sha256, expires_at AS "expiresAt" FROM sessions WHERE digest = $1 AND expires_at > now()
) AS session ON session.api_key_id = api_keys.id AND session.key_sha256 = api_keys.secret_sha256
WHERE revoked_at IS NULL`;

const END_SURPLUS = `
DELETE FROM sessions WHERE digest IN (
  SELECT digest FROM sessions WHERE api_key_id = $1 ORDER BY created_at DESC OFFSET $2)`;
