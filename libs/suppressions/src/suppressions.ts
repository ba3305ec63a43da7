import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { decodeJson, isRecord } from '#libs/contracts';
import { FileMissingError, keptKey, type Storage } from '#libs/storage';

const REASONS = ['unsubscribed', 'bounced', 'by-hand'] as const;
/** Why an address gets no campaign mail: its owner said so, no such mailbox exists, or somebody of the tenant said so. */
export type SuppressionReason = (typeof REASONS)[number];

/** An address that gets no campaign mail of a tenant. */
export interface Suppression {
  /** In lower case. */
  readonly address: string;
  readonly reason: SuppressionReason;
  /** What the mail server said of a mailbox that does not exist; else null. */
  readonly detail: string | null;
  /** ISO 8601. */
  readonly since: string;
}

/**
 * Whom a tenant sends no campaign mail. Each address is a small file in the storage that gateway and apps share, so what
 * one process enters holds in every other one at once. Upper and lower case make no difference.
 */
export class Suppressions {
  constructor(private readonly storage: Pick<Storage, 'read' | 'put' | 'remove'>) {}

  /** The suppression of an address; undefined when there is none. */
  async find(tenant: string, address: string): Promise<Suppression | undefined> {
    try {
      const { stream } = await this.storage.read(keyOf(tenant, address));
      return suppressionIn(await text(stream), address);
    } catch (error) {
      if (error instanceof FileMissingError) return undefined;
      throw error;
    }
  }

  /** Enters an address, in place of what was known of it. Settles when every process sees it. */
  async add(
    tenant: string,
    address: string,
    reason: SuppressionReason,
    detail: string | null = null,
  ): Promise<Suppression> {
    const suppression = { address: address.toLowerCase(), reason, detail, since: new Date().toISOString() };
    const about = { filename: 'suppression.json', contentType: 'application/json' };
    await this.storage.put(keyOf(tenant, address), Readable.from([JSON.stringify(suppression)]), about);
    return suppression;
  }

  /** Lets an address have mails again; false when it was not suppressed. */
  remove(tenant: string, address: string): Promise<boolean> {
    return this.storage.remove(keyOf(tenant, address));
  }
}

function keyOf(tenant: string, address: string): string {
  const hash = createHash('sha256').update(address.toLowerCase()).digest('hex');
  return keptKey(tenant, `suppressed-${hash}`);
}

// A file that cannot be read stands for somebody who wants no mail: it is taken at its word.
function suppressionIn(json: string, address: string): Suppression {
  const decoded = decodeJson(Buffer.from(json));
  const { reason, detail, since } = decoded.ok && isRecord(decoded.value) ? decoded.value : {};
  return {
    address: address.toLowerCase(),
    reason: REASONS.find((known) => known === reason) ?? 'unsubscribed',
    detail: typeof detail === 'string' ? detail : null,
    since: typeof since === 'string' ? since : new Date(0).toISOString(),
  };
}
