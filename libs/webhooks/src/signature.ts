import { createHmac } from 'node:crypto';

const SECRET_PREFIX = 'whsec_';

/** A webhook as its receiver can check it. */
export interface SignedMessage {
  /** The same in every try, so that a receiver can tell one that comes again. */
  readonly id: string;
  /** When this try was made. */
  readonly at: Date;
  /** Just the bytes that are sent. */
  readonly body: string;
}

/** A secret as receivers write it: `whsec_` and base64. */
export function shownSecret(key: Buffer): string {
  return `${SECRET_PREFIX}${key.toString('base64')}`;
}

/**
 * The headers of a webhook after the Standard Webhooks specification.
 * @param secrets as `shownSecret` writes them: there is a signature by each
 */
export function signatureHeaders({ id, at, body }: SignedMessage, secrets: readonly string[]): Record<string, string> {
  const timestamp = String(Math.floor(at.getTime() / 1_000));
  const signatures = secrets.map((secret) => {
    const key = Buffer.from(secret.slice(SECRET_PREFIX.length), 'base64');
    return `v1,${createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64')}`;
  });
  return { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signatures.join(' ') };
}
