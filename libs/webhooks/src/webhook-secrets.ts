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

/**
 * The secrets that webhooks of tenants are signed with. They are stored nowhere: each is made of the suite's own secret, the tenant
 * and a number, and only the number is kept, in the storage that gateway and apps share.
 */
export class WebhookSecrets {
  /** @param secret the same in the gateway and the integrations app */
  constructor(
    private readonly secret: string,
    private readonly storage: Pick<Storage, 'read' | 'put'>,
  ) {}

  /** The tenant's secret. */
  async current(tenant: string): Promise<string> {
    return this.#made(tenant, (await this.#generation(tenant)).number);
  }

  /** Gives the tenant another secret; those before it sign as well for a day. Calls at the same time may give the same one. */
  async rotate(tenant: string): Promise<string> {
    const { number, replacedAt } = await this.#generation(tenant);
    const next: Generation = { number: number + 1, replacedAt: [Date.now(), ...replacedAt].slice(0, MOST_REPLACED) };
    const about = { filename: 'webhook-secret.json', contentType: 'application/json' };
    await this.storage.put(keyOf(tenant), Readable.from([JSON.stringify(next)]), about);
    return this.#made(tenant, next.number);
  }

  /** What to sign with now: the secret, and those before it while they hold. */
  async signing(tenant: string, now: number = Date.now()): Promise<readonly string[]> {
    const { number, replacedAt } = await this.#generation(tenant);
    const before = replacedAt.filter((at) => now - at < OVERLAP_MS).map((_, index) => number - 1 - index);
    return [number, ...before].map((each) => this.#made(tenant, each));
  }

  async #generation(tenant: string): Promise<Generation> {
    try {
      const { stream } = await this.storage.read(keyOf(tenant));
      return generationIn(await buffer(stream));
    } catch (error) {
      if (error instanceof FileMissingError) return FIRST;
      throw error;
    }
  }

  #made(tenant: string, number: number): string {
    const info = JSON.stringify([PURPOSE, tenant, number]);
    return shownSecret(Buffer.from(hkdfSync('sha256', this.secret, '', info, SECRET_BYTES)));
  }
}

function keyOf(tenant: string): string {
  return keptKey(tenant, 'webhook-secret');
}

function generationIn(bytes: Buffer): Generation {
  const json = decodeJson(bytes);
  const { number, replacedAt } = json.ok && isRecord(json.value) ? json.value : {};
  if (typeof number === 'number' && Array.isArray(replacedAt)) return { number, replacedAt: replacedAt.map(Number) };
  // To begin anew would bring a secret back that somebody wanted gone.
  throw new TypeError('Expected a stored number of the webhook secret, got what cannot be read.');
}
