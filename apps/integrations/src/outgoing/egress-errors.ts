import { PermanentError, TemporaryError } from '#libs/consumer';
import { AnswerTooLarge, CallFailed, EgressRefused } from '#libs/egress';

/** The error of a job that an error of a call stands for. */
export function asJobError(error: unknown): unknown {
  if (error instanceof EgressRefused) return new PermanentError('egress_refused', error.message, { cause: error });
  if (error instanceof AnswerTooLarge) return new PermanentError('answer_too_large', error.message, { cause: error });
  if (error instanceof CallFailed) return new TemporaryError(error.code, error.message, { cause: error });
  return error;
}
