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

interface Generation {
  readonly number: number;
  /** Milliseconds of the epoch; 0 for the first. */
  readonly since: number;
}

const FIRST: Generation = { number: 1, since: 0 };

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

  /** Gives the tenant another secret; the one before it signs as well for a day. Calls at the same time may give the same one. */
  async rotate(tenant: string): Promise<string> {
    const { number } = await this.#generation(tenant);
    const next: Generation = { number: number + 1, since: Date.now() };
    const about = { filename: 'webhook-secret.json', contentType: 'application/json' };
    await this.storage.put(keyOf(tenant), Readable.from([JSON.stringify(next)]), about);
    return this.#made(tenant, next.number);
  }

  /** What to sign with now: the secret, and the one before it while that holds. */
  async signing(tenant: string, now: number = Date.now()): Promise<readonly string[]> {
    const { number, since } = await this.#generation(tenant);
    const numbers = number > 1 && now - since < OVERLAP_MS ? [number, number - 1] : [number];
    return numbers.map((each) => this.#made(tenant, each));
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
  const { number, since } = json.ok && isRecord(json.value) ? json.value : {};
  if (typeof number === 'number' && typeof since === 'number') return { number, since };
  // To begin anew would bring a secret back that somebody wanted gone.
  throw new TypeError('Expected a stored number of the webhook secret, got what cannot be read.');
}
