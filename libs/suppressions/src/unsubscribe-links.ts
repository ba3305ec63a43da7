import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';
import { decodeJson, isTenantName } from '#libs/contracts';

const PURPOSE = 'leveret unsubscribe links, version 1';
const PATH = '/unsubscribe/';
const TOKEN = /^([A-Za-z0-9_-]{1,600})\.([A-Za-z0-9_-]{43})$/;

/** Somebody who gets mails of a tenant. */
export interface Recipient {
  readonly tenant: string;
  readonly address: string;
}

/** Links by which a recipient unsubscribes. They work without an API key, for that recipient alone, and do not expire. */
export class UnsubscribeLinks {
  readonly #secret: Buffer;

  /** @param secret the same in the gateway and the apps that send mails */
  constructor(secret: string) {
    this.#secret = Buffer.from(hkdfSync('sha256', secret, '', PURPOSE, 32));
  }

  /** @param publicUrl the gateway's address as its users see it, without a slash at its end */
  linkFor({ tenant, address }: Recipient, publicUrl: string): string {
    const recipient = Buffer.from(JSON.stringify([tenant, address])).toString('base64url');
    return `${publicUrl}${PATH}${recipient}.${this.#signature(recipient)}`;
  }

  /** Whom a link's last part was made for; undefined when this secret has not signed it. */
  recipientIn(token: string): Recipient | undefined {
    const [, recipient, signature] = TOKEN.exec(token) ?? [];
    if (recipient === undefined || signature === undefined) return undefined;
    // Texts are compared, not the bytes that they stand for: base64url has several texts for the same bytes.
    if (!timingSafeEqual(Buffer.from(signature), Buffer.from(this.#signature(recipient)))) return undefined;
    const decoded = decodeJson(Buffer.from(recipient, 'base64url'));
    const [tenant, address] = decoded.ok && Array.isArray(decoded.value) ? (decoded.value as unknown[]) : [];
    return typeof tenant === 'string' && isTenantName(tenant) && typeof address === 'string'
      ? { tenant, address }
      : undefined;
  }

  #signature(recipient: string): string {
    return createHmac('sha256', this.#secret).update(recipient).digest('base64url');
  }
}
