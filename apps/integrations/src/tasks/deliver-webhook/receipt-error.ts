import { PermanentError, RetryAfter, TemporaryError } from '#libs/consumer';
import { type AnswerHead } from '../../outgoing/outgoing.js';
import { retryAfterMs } from '#libs/egress';

const GONE = 410;
const WAITING: ReadonlySet<number> = new Set([429, 502, 503, 504]);

/**
 * What a receiver's answer means: 2xx is success, 410 means never again; all else, redirects too, is tried again, later where the
 * receiver asks for it.
 */
export function receiptError({
  status,
  headers,
}: AnswerHead): PermanentError | TemporaryError | RetryAfter | undefined {
  if (status >= 200 && status < 300) return undefined;
  if (status === GONE)
    return new PermanentError('receiver_gone', 'The receiver wants no more webhooks: it answered 410.');
  const wait = WAITING.has(status) ? retryAfterMs(headers['retry-after']) : undefined;
  if (wait !== undefined) return new RetryAfter(wait, `http_${status}`);
  return new TemporaryError(`http_${status}`, `The receiver answered ${status}; only 2xx is a receipt.`);
}
