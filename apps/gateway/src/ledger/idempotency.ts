import { type Queries } from './database.js';
import { type PreparedStatement } from './statement.js';

/** A request's `Idempotency-Key`. */
export interface IdempotencyKey {
  readonly tenant: string;
  readonly key: string;
  /** SHA-256 of what is asked for. */
  readonly fingerprint: Buffer;
}

/** What a request with a key has made. */
export interface MadeBefore {
  readonly made: string;
  readonly answer: unknown;
}

/** The outcome of a request to be kept under its key. */
export interface KeptRequest {
  readonly key: IdempotencyKey;
  readonly made: string;
  readonly answer?: unknown;
}

const KEPT = "interval '24 hours'";

/** Why a key does not give its request an answer. */
export type IdempotencyReason = 'being_stored' | 'other_request' | 'deleted';

const SENTENCES: Readonly<Record<IdempotencyReason, string>> = {
  being_stored: 'The first request with this Idempotency-Key is still being stored. Send this one again in a moment.',
  other_request: 'was sent with another request in the last 24 hours: use a key once for each request',
  deleted: 'What the first request with this Idempotency-Key has made is deleted.',
};

/** A request cannot be taken because of its key. */
export class IdempotencyError extends Error {
  override readonly name = 'IdempotencyError';

  constructor(readonly reason: IdempotencyReason) {
    super(SENTENCES[reason]);
  }
}

/** Keys of requests that are sent again. */
export class IdempotencyStore {
  readonly #database: Queries;

  constructor(database: Queries) {
    this.#database = database;
  }

  /**
   * What a request with this key has made before.
   * @throws IdempotencyError when that was another request
   */
  async find(key: IdempotencyKey): Promise<MadeBefore | undefined> {
    const [known] = await readKeys(this.#database, [key]);
    return known === undefined ? undefined : matching(key, known);
  }
}

/** What is kept under a key. */
export interface KnownKey extends MadeBefore {
  readonly tenant: string;
  readonly key: string;
  readonly fingerprint: Buffer;
}

/**
 * What is kept under a key, for the same request.
 * @throws IdempotencyError when it is another request
 */
export function matching(key: IdempotencyKey, known: KnownKey): MadeBefore {
  if (!known.fingerprint.equals(key.fingerprint)) throw new IdempotencyError('other_request');
  return known;
}

/** What is kept under these keys. */
export async function readKeys(queries: Queries, keys: readonly IdempotencyKey[]): Promise<KnownKey[]> {
  if (keys.length === 0) return [];
  return queries.query<KnownKey>(READ_KEYS, [keys.map(({ tenant }) => tenant), keys.map(({ key }) => key)]);
}

/** Keeps what requests have made, for 24 hours, in the transaction that makes it. The keys' locks must be held. */
export async function writeKeys(transaction: Queries, kept: readonly KeptRequest[]): Promise<void> {
  if (kept.length === 0) return;
  await transaction.query(WRITE_KEYS, [
    kept.map(({ key }) => key.tenant),
    kept.map(({ key }) => key.key),
    kept.map(({ key }) => key.fingerprint),
    kept.map(({ made }) => made),
    kept.map(({ answer }) => (answer === undefined ? null : JSON.stringify(answer))),
  ]);
}

const READ_KEYS = `
SELECT known.tenant, known.key, known.fingerprint, known.made, known.answer
FROM idempotency_keys AS known
JOIN unnest($1::text[], $2::text[]) AS asked (tenant, key) USING (tenant, key)
WHERE known.expires_at > now()`;

const WRITE_KEYS: PreparedStatement = {
  name: 'write-keys',
  text: `
INSERT INTO idempotency_keys (tenant, key, fingerprint, made, answer, expires_at)
SELECT tenant, key, fingerprint, made, answer::json, now() + ${KEPT}
FROM unnest($1::text[], $2::text[], $3::bytea[], $4::uuid[], $5::text[]) AS new (tenant, key, fingerprint, made, answer)
ON CONFLICT (tenant, key) DO UPDATE SET fingerprint = excluded.fingerprint, made = excluded.made,
  answer = excluded.answer, expires_at = excluded.expires_at`,
};

/** Removes so many keys whose time is over. */
export const REMOVE_KEYS = `
DELETE FROM idempotency_keys USING (
  SELECT tenant, key FROM idempotency_keys WHERE expires_at <= now() ORDER BY expires_at LIMIT $1 FOR UPDATE SKIP LOCKED
) AS old
WHERE idempotency_keys.tenant = old.tenant AND idempotency_keys.key = old.key
RETURNING old.key`;
