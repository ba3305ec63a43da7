import { hkdfSync } from 'node:crypto';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { decodeJson, isRecord } from '#libs/contracts';
import { FileMissingError, keptKey, type Storage } from '#libs/storage';
import { shownSecret } from './signature.js';

const PURPOSE = 'leveret webhook secrets, version 1';
const SECRET_BYTES = 32;
/** How long a secret that was replaced signs as well, so that receivers have time to change. */
const OVERLAP_MS = 24 * 3_600_000;

/** More secrets that were replaced are not kept: who rotates on and on wants the old ones gone. */
const MOST_REPLACED = 8;

interface Generation {
  readonly number: number;
  /** When the ones before it were replaced, the latest first; in milliseconds of the epoch. */
  readonly replacedAt: readonly number[];
}

const FIRST: Generation = { number: 1, replacedAt: [] };

/** Whose webhooks a secret signs: those of a tenant, or those to one endpoint of the tenant. */
export interface SecretOwner {
  readonly tenant: string;
  /** The endpoint's id. @default none: the tenant itself */
  readonly endpoint?: string;
}

/**
 * The secrets that webhooks are signed with. They are stored nowhere: each is made of the suite's own secret, its owner and a number,
 * and only the number is kept, in the storage that gateway and apps share.
 */
export class WebhookSecrets {
  /** @param secret the same in the gateway and the integrations app */
  constructor(
    private readonly secret: string,
    private readonly storage: Pick<Storage, 'read' | 'put' | 'remove'>,
  ) {}

  /** The owner's secret. */
  async current(owner: SecretOwner): Promise<string> {
    return this.#made(owner, (await this.#generation(owner)).number);
  }

  /** Gives the owner another secret; those before it sign as well for a day. Calls at the same time may give the same one. */
  async rotate(owner: SecretOwner): Promise<string> {
    const { number, replacedAt } = await this.#generation(owner);
    const next: Generation = { number: number + 1, replacedAt: [Date.now(), ...replacedAt].slice(0, MOST_REPLACED) };
    const about = { filename: 'webhook-secret.json', contentType: 'application/json' };
    await this.storage.put(keyOf(owner), Readable.from([JSON.stringify(next)]), about);
    return this.#made(owner, next.number);
  }

  /** Forgets what is kept of an owner that is no more. */
  async forget(owner: SecretOwner): Promise<void> {
    await this.storage.remove(keyOf(owner));
  }

  /** What to sign with now: the secret, and those before it while they hold. */
  async signing(owner: SecretOwner, now: number = Date.now()): Promise<readonly string[]> {
    const { number, replacedAt } = await this.#generation(owner);
    const before = replacedAt.filter((at) => now - at < OVERLAP_MS).map((_, index) => number - 1 - index);
    return [number, ...before].map((each) => this.#made(owner, each));
  }

  async #generation(owner: SecretOwner): Promise<Generation> {
    try {
      const { stream } = await this.storage.read(keyOf(owner));
      return generationIn(await buffer(stream));
    } catch (error) {
      if (error instanceof FileMissingError) return FIRST;
      throw error;
    }
  }

  #made({ tenant, endpoint }: SecretOwner, number: number): string {
    const info = JSON.stringify([PURPOSE, tenant, number, ...(endpoint === undefined ? [] : [endpoint])]);
    return shownSecret(Buffer.from(hkdfSync('sha256', this.secret, '', info, SECRET_BYTES)));
  }
}

function keyOf({ tenant, endpoint }: SecretOwner): string {
  return keptKey(tenant, endpoint === undefined ? 'webhook-secret' : `webhook-secret-${endpoint}`);
}

function generationIn(bytes: Buffer): Generation {
  const json = decodeJson(bytes);
  const { number, replacedAt } = json.ok && isRecord(json.value) ? json.value : {};
  if (typeof number === 'number' && Array.isArray(replacedAt)) return { number, replacedAt: replacedAt.map(Number) };
  // To begin anew would bring a secret back that somebody wanted gone.
  throw new TypeError('Expected a stored number of the webhook secret, got what cannot be read.');
}
