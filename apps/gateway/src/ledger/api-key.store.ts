import { type Database } from './database.js';
import { type KeyLimits } from './limits.js';

/** A key to be stored: never its text. */
export interface NewApiKey extends KeyLimits {
  readonly id: string;
  readonly keyId: string;
  readonly name: string;
  readonly tenant: string;
  readonly scopes: readonly string[];
  readonly digest: Buffer;
  readonly hint: string;
}

/** A stored key. */
export interface ApiKeyRecord extends KeyLimits {
  readonly id: string;
  readonly keyId: string;
  readonly name: string;
  readonly tenant: string;
  readonly scopes: readonly string[];
  readonly digest: Buffer;
  readonly hint: string;
  readonly createdAt: Date;
  readonly lastUsedAt: Date | null;
}

/** SQL: the columns of an `ApiKeyRecord`. */
export const KEY_COLUMNS = `id, key_id AS "keyId", name, tenant, scopes, secret_sha256 AS digest, hint,
  created_at AS "createdAt", last_used_at AS "lastUsedAt", requests_per_second AS "requestsPerSecond",
  max_open_jobs AS "maxOpenJobs", max_priority AS "maxPriority"`;

/** What of a key can be changed; undefined leaves what is. */
export type ApiKeyChange = { readonly [Field in 'name' | keyof KeyLimits]?: NewApiKey[Field] | undefined };

/** The API keys that have not been revoked. */
export class ApiKeyStore {
  constructor(private readonly database: Database) {}

  async create(key: NewApiKey): Promise<ApiKeyRecord> {
    const [row] = await this.database.query<ApiKeyRecord>(
      `INSERT INTO api_keys (id, key_id, name, tenant, scopes, secret_sha256, hint, requests_per_second, max_open_jobs,
                             max_priority)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) RETURNING ${KEY_COLUMNS}`,
      [...valuesOf(key), key.requestsPerSecond, key.maxOpenJobs, key.maxPriority],
    );
    if (row === undefined) throw new Error('The database inserted an API key and returned no row.');
    return row;
  }

  /** Changes a key that is in force; undefined when there is none. */
  async change(id: string, change: ApiKeyChange): Promise<ApiKeyRecord | undefined> {
    const fields = Object.entries(CHANGEABLE).flatMap(([field, column]) => {
      const value = change[field as keyof ApiKeyChange];
      return value === undefined ? [] : [{ column, value }];
    });
    const [row] = await this.database.query<ApiKeyRecord>(
      `UPDATE api_keys SET ${['id = id', ...fields.map(({ column }, index) => `${column} = $${index + 2}`)].join(', ')}
       WHERE id = $1 AND revoked_at IS NULL RETURNING ${KEY_COLUMNS}`,
      [id, ...fields.map(({ value }) => value)],
    );
    return row;
  }

  /** Stores a key under its key id, in place of what was there; its row's id and its limits stay. */
  async put(key: NewApiKey): Promise<void> {
    await this.database.query(
      `INSERT INTO api_keys (id, key_id, name, tenant, scopes, secret_sha256, hint)
       VALUES ($1, $2, $3, $4, $5, $6, $7)
       ON CONFLICT (key_id) DO UPDATE SET name = excluded.name, tenant = excluded.tenant, scopes = excluded.scopes,
         secret_sha256 = excluded.secret_sha256, hint = excluded.hint, revoked_at = NULL`,
      valuesOf(key),
    );
  }

  /**
   * Stores who has signed in elsewhere, as they are now; their limits stay. Revoked before, they are not any more, with another
   * digest: the sessions that were ended so stay ended.
   */
  async welcome(key: NewApiKey): Promise<ApiKeyRecord> {
    const [row] = await this.database.query<ApiKeyRecord>(
      `INSERT INTO api_keys (id, key_id, name, tenant, scopes, secret_sha256, hint)
       VALUES ($1, $2, $3, $4, $5, $6, $7)
       ON CONFLICT (key_id) DO UPDATE SET name = excluded.name, tenant = excluded.tenant, scopes = excluded.scopes,
         secret_sha256 = CASE WHEN api_keys.revoked_at IS NULL THEN api_keys.secret_sha256 ELSE excluded.secret_sha256 END,
         revoked_at = NULL
       RETURNING ${KEY_COLUMNS}`,
      valuesOf(key),
    );
    if (row === undefined) throw new Error('The database inserted an API key and returned no row.');
    return row;
  }

  /** Keys newest first, those after the key `after` when it is given. */
  async list(tenant: string | null, page: { limit: number; after: string | null }): Promise<ApiKeyRecord[]> {
    return this.database.query<ApiKeyRecord>(
      `SELECT ${KEY_COLUMNS} FROM api_keys
       WHERE revoked_at IS NULL AND ($1::text IS NULL OR tenant = $1) AND ($2::uuid IS NULL OR id < $2)
       ORDER BY id DESC LIMIT $3`,
      [tenant, page.after, page.limit],
    );
  }

  async find(id: string): Promise<ApiKeyRecord | undefined> {
    const [row] = await this.database.query<ApiKeyRecord>(
      `SELECT ${KEY_COLUMNS} FROM api_keys WHERE id = $1 AND revoked_at IS NULL`,
      [id],
    );
    return row;
  }

  /** Those of these keys that have not been revoked. */
  async inForce(ids: readonly string[]): Promise<ReadonlySet<string>> {
    const rows = await this.database.query<{ id: string }>(
      'SELECT id FROM api_keys WHERE id = ANY($1::uuid[]) AND revoked_at IS NULL',
      [ids],
    );
    return new Set(rows.map(({ id }) => id));
  }

  /** The key of a key id. */
  async findByKeyId(keyId: string): Promise<ApiKeyRecord | undefined> {
    const [row] = await this.database.query<ApiKeyRecord>(
      `SELECT ${KEY_COLUMNS} FROM api_keys WHERE key_id = $1 AND revoked_at IS NULL`,
      [keyId],
    );
    return row;
  }

  /** Notes, to the minute, that a key was used. */
  async noteUse(id: string): Promise<void> {
    await this.database.query(
      `UPDATE api_keys SET last_used_at = now()
       WHERE id = $1 AND (last_used_at IS NULL OR last_used_at < now() - interval '1 minute')`,
      [id],
    );
  }

  async revoke(id: string): Promise<void> {
    await this.database.query('UPDATE api_keys SET revoked_at = now() WHERE id = $1 AND revoked_at IS NULL', [id]);
  }

  /** Revokes the key of a key id, if there is one. */
  async revokeKeyId(keyId: string): Promise<void> {
    await this.database.query('UPDATE api_keys SET revoked_at = now() WHERE key_id = $1 AND revoked_at IS NULL', [
      keyId,
    ]);
  }

  async hasAdmin(): Promise<boolean> {
    const rows = await this.database.query(
      `SELECT 1 FROM api_keys WHERE 'admin' = ANY (scopes) AND revoked_at IS NULL LIMIT 1`,
    );
    return rows.length > 0;
  }
}

const CHANGEABLE = {
  name: 'name',
  requestsPerSecond: 'requests_per_second',
  maxOpenJobs: 'max_open_jobs',
  maxPriority: 'max_priority',
} as const satisfies Record<keyof ApiKeyChange, string>;

function valuesOf(key: NewApiKey): unknown[] {
  return [key.id, key.keyId, key.name, key.tenant, key.scopes, key.digest, key.hint];
}
