import { AnswerTooLarge, CallFailed, EgressRefused } from './errors.js';
import { BodyUnreadable } from './request-body.js';

const TIMEOUTS: Readonly<Record<string, string>> = {
  UND_ERR_CONNECT_TIMEOUT: 'The host took too long for the connection.',
  UND_ERR_HEADERS_TIMEOUT: 'The host took too long to begin its answer.',
  UND_ERR_BODY_TIMEOUT: 'The host stopped in the middle of its answer for too long.',
};
/** Answers that are no HTTP, too long in their head, shorter than they say, or packed badly. */
const UNREADABLE =
  /^(?:HPE_|HTTPParserError|Z_|ERR__ERROR_|UND_ERR_(?:HEADERS_OVERFLOW|RES_CONTENT_LENGTH_MISMATCH|RESPONSE))/;

/** The error of a call that an error of its connection stands for. Says the class of what happened and no more. */
export function callFailure(error: unknown): unknown {
  if (error instanceof EgressRefused || error instanceof CallFailed || error instanceof AnswerTooLarge) return error;
  if (error instanceof BodyUnreadable) return error.cause;
  const code = codeOf(error);
  const timeout = TIMEOUTS[code];
  if (timeout !== undefined) return new CallFailed('call_timeout', timeout, { cause: error });
  // The request itself cannot be sent as it is written: a mistake of the caller, not of the host.
  if (code === 'UND_ERR_INVALID_ARG') return error;
  return UNREADABLE.test(code)
    ? new CallFailed('answer_unreadable', 'The host answered what cannot be read.', { cause: error })
    : new CallFailed('call_broken', 'The connection broke before the answer was complete.', { cause: error });
}

// undici's parser gives some of its errors a name and no code.
function codeOf(error: unknown): string {
  const { code, name } = error as { readonly code?: unknown; readonly name?: unknown };
  return String(code ?? name);
}
