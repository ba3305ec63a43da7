import { timingSafeEqual } from 'node:crypto';
import { type Scope } from '#libs/contracts';
import { type ApiKeyRecord, type ApiKeyStore } from '../ledger/api-key.store.js';
import { later, type Problem, unauthenticated } from '../http/problem.js';
import { digestOf, keyIdOf } from './api-key-text.js';
import { type Caller, showsContents } from './caller.js';
import { FailedTries } from './failed-tries.js';

/** The key id of the key that `ADMIN_API_KEY` sets, whose text may have any form. */
export const CONFIGURED_KEY_ID = 'configured';

/** Revocations by another gateway are in force here within this time. */
const TRUSTED_FOR_MS = 2_000;
const MAX_REMEMBERED = 10_000;
const EXPECTED = 'Expected an API key: Authorization: Bearer <key>';
const DUMMY_DIGEST = Buffer.alloc(32);

/** The token of an `Authorization` header; empty when it has none. */
export function bearerOf(header: string): string {
  return /^Bearer +([\x21-\x7e]{1,512})$/i.exec(header)?.[1] ?? '';
}

interface Remembered {
  readonly caller: Caller;
  readonly keyId: string;
  readonly trustedUntil: number;
}

/** Finds out who sends a request. Keys that were right are remembered for two seconds by their hash. */
export class Authenticator {
  readonly #remembered = new Map<string, Remembered>();
  readonly #lookups = new Map<string, Promise<ApiKeyRecord | undefined>>();
  readonly #failed = new FailedTries();

  constructor(private readonly keys: ApiKeyStore) {}

  /**
   * The caller whom an `Authorization` header names.
   * @throws Problem 401 without a key that is in force, 429 after too many tries from the address
   */
  async authenticate(header: string | undefined, address: string): Promise<Caller> {
    if (header === undefined) throw unauthenticated(`${EXPECTED}.`);
    const text = bearerOf(header);
    const digest = digestOf(text);
    const memo = digest.toString('base64');
    const known = this.#remembered.get(memo);
    if (known !== undefined && known.trustedUntil > Date.now()) return known.caller;
    if (known === undefined) this.#refuseGuesser(header, text, address);
    const record = await this.#lookUpOnce(memo, () => this.#recordOf(text, digest));
    if (record === undefined) {
      this.#remembered.delete(memo);
      throw this.#refusal(header, address);
    }
    return this.#remember(memo, record);
  }

  /** Forgets a key at once: it was revoked or changed here. */
  forget(keyId: string): void {
    for (const [memo, entry] of this.#remembered) if (entry.keyId === keyId) this.#remembered.delete(memo);
  }

  /** A text without our checksum may be a guess at `ADMIN_API_KEY`, which people choose: only so many are compared. */
  #refuseGuesser(header: string, text: string, address: string): void {
    if (keyIdOf(text) === undefined && this.#failed.waitMs(address) > 0) throw this.#refusal(header, address);
  }

  #refusal(header: string, address: string): Problem {
    const waitMs = this.#failed.waitMs(address);
    if (waitMs > 0) return later(429, 'Too many failed tries to authenticate from this address.', waitMs / 1_000);
    this.#failed.count(address);
    return unauthenticated(
      /^Bearer +\S/i.test(header)
        ? 'The API key is unknown or has been revoked.'
        : `${EXPECTED}; the header has another form.`,
    );
  }

  /** Requests that come together with the same key share one look into the ledger. */
  #lookUpOnce(memo: string, look: () => Promise<ApiKeyRecord | undefined>): Promise<ApiKeyRecord | undefined> {
    const running = this.#lookups.get(memo);
    if (running !== undefined) return running;
    const lookup = look().finally(() => this.#lookups.delete(memo));
    this.#lookups.set(memo, lookup);
    return lookup;
  }

  async #recordOf(text: string, digest: Buffer): Promise<ApiKeyRecord | undefined> {
    const keyId = keyIdOf(text);
    const candidates = keyId === undefined ? [CONFIGURED_KEY_ID] : [keyId, CONFIGURED_KEY_ID];
    for (const candidate of candidates) {
      const record = await this.keys.findByKeyId(candidate);
      if (timingSafeEqual(record?.digest ?? DUMMY_DIGEST, digest)) return record;
    }
    return undefined;
  }

  #remember(memo: string, record: ApiKeyRecord): Caller {
    const caller = callerOf(record);
    const [oldest] = this.#remembered.keys();
    if (this.#remembered.size >= MAX_REMEMBERED && oldest !== undefined) this.#remembered.delete(oldest);
    this.#remembered.delete(memo);
    this.#remembered.set(memo, { caller, keyId: record.keyId, trustedUntil: Date.now() + TRUSTED_FOR_MS });
    // Only for people's eyes: a use that could not be noted must not refuse the request.
    this.keys.noteUse(record.id).catch(() => undefined);
    return caller;
  }
}

/** Who holds a key. */
export function callerOf({ id, tenant, requestsPerSecond, maxOpenJobs, maxPriority, ...key }: ApiKeyRecord): Caller {
  const limits = { requestsPerSecond, maxOpenJobs, maxPriority };
  const scopes = key.scopes as Scope[];
  return { apiKeyId: id, tenant, scopes, limits, seesContents: showsContents(scopes) };
}
