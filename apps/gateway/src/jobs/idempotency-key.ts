import { createHash } from 'node:crypto';
import { LIMITS } from '#libs/contracts';
import { canonicalJson } from '../http/canonical-json.js';
import { invalidField } from '../http/problem.js';
import { type IdempotencyKey } from '../ledger/idempotency.js';

/** The header, described. */
export const IDEMPOTENCY = {
  'Idempotency-Key':
    'Yours, 1 to 255 visible characters: the same key with the same body within 24 hours has the first answer, with 200. ' +
    'Another body: 422. While the first is being stored: 409.',
} as const;

const FORM = new RegExp(`^[\\x21-\\x7e]{1,${LIMITS.key}}$`);

/** What a request with a key asks for: keys are a tenant's, and a key stands for one call with one body. */
export interface AskedOnce {
  readonly tenant: string;
  /** The call: `POST /v1/jobs`. */
  readonly call: string;
  /** The JSON values of the body, in order. */
  readonly body: Iterable<unknown>;
}

/**
 * The `Idempotency-Key` of a request; null without one.
 * @throws Problem 422 when it is none
 */
export function readIdempotencyKey(header: unknown, { tenant, call, body }: AskedOnce): IdempotencyKey | null {
  if (header === undefined) return null;
  if (typeof header !== 'string' || !FORM.test(header)) {
    throw invalidField('Idempotency-Key', `must be 1 to ${LIMITS.key} visible ASCII characters, without blanks`);
  }
  const hash = createHash('sha256').update(call);
  for (const value of body) hash.update('\n').update(canonicalJson(value));
  return { tenant, key: header, fingerprint: hash.digest() };
}
