import { PermanentError, TemporaryError } from '#libs/consumer';

/** Whether the server has the mail and has not said that it took it. */
export function isUnanswered(error: unknown): error is TemporaryError {
  return error instanceof TemporaryError && error.code === 'smtp_unanswered';
}

/** The end of a job of which nobody knows whether its mail was brought. */
export function deliveryUnknown(what: string, cause?: unknown): PermanentError {
  const advice = 'It is not sent again by itself; retry the job to send it, under the same Message-ID.';
  return new PermanentError('delivery_unknown', `${what}: the recipient may have it. ${advice}`, { cause });
}
