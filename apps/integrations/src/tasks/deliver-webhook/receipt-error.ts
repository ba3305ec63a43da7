import { PermanentError, RetryAfter, TemporaryError } from '#libs/consumer';
import { retryAfterMs } from '#libs/egress';
import { errorOfReceipt } from '#libs/webhooks';
import { type DeliveryAnswer } from '../../outgoing/outgoing.js';

const GONE = 410;
const WAITING: ReadonlySet<number> = new Set([429, 502, 503, 504]);

/**
 * What a receiver's answer means: 2xx is success, 410 means never again; all else, redirects too, is tried again, later where the
 * receiver asks for it or is down.
 */
export function receiptError(answer: DeliveryAnswer): PermanentError | TemporaryError | RetryAfter | undefined {
  const { status, headers, downMs } = answer;
  if (status >= 200 && status < 300) return undefined;
  const { code, message } = errorOfReceipt(answer);
  if (status === GONE) return new PermanentError(code, message);
  const wait = (WAITING.has(status) ? retryAfterMs(headers['retry-after']) : undefined) ?? downMs;
  return wait === undefined ? new TemporaryError(code, message) : new RetryAfter(wait, message);
}
