import { types } from 'node:util';
import { PermanentError, TemporaryError } from '#libs/consumer';
import { clippedText } from '#libs/contracts';

const LONGEST_ANSWER = 1_000;

/** What nodemailer calls a server that cannot be reached, does not answer, or does not speak as it should. */
const CONNECTION_FAULTS: ReadonlySet<unknown> = new Set([
  ...['ECONNECTION', 'ETIMEDOUT', 'ESOCKET', 'EDNS', 'ETLS', 'EPROTOCOL', 'EPROXY'],
]);
/** What the server refuses then is the mail or a recipient. Before, it refuses us: no fault of the job. */
const ABOUT_THE_MAIL = /^(?:MAIL FROM|RCPT TO|DATA)/;

const FAULTS = {
  login: { code: 'smtp_login_refused', means: 'The mail server refuses the login of SMTP_URL' },
  rejected: { code: 'smtp_rejected', means: 'The mail server refuses the mail for good' },
  temporary: { code: 'smtp_temporary', means: 'The mail server refuses the mail for now' },
  unreachable: { code: 'smtp_unreachable', means: 'The mail server cannot be reached' },
} as const;

interface SmtpError extends Error {
  readonly code?: unknown;
  readonly command?: unknown;
  readonly response?: unknown;
  readonly responseCode?: unknown;
  readonly permanent?: unknown;
}

/** What follows from an error of the transport for the job. */
export function asJobError(error: unknown): unknown {
  if (!types.isNativeError(error)) return error;
  const fault = faultOf(error);
  if (fault === undefined) return error;
  const { response } = error as SmtpError;
  const said = clippedText(typeof response === 'string' ? response : error.message, LONGEST_ANSWER);
  const { code, means } = FAULTS[fault];
  const JobError = fault === 'rejected' ? PermanentError : TemporaryError;
  return new JobError(code, `${means}: ${said}`, { cause: error });
}

// A mail over the size that the server has named is not even offered: that error has no answer.
function faultOf({ code, command, response, responseCode, permanent }: SmtpError): keyof typeof FAULTS | undefined {
  if (code === 'EAUTH' || code === 'ENOAUTH') return 'login';
  if (code === 'EMESSAGE' && response === undefined) return 'rejected';
  if (permanent === true && ABOUT_THE_MAIL.test(String(command))) return 'rejected';
  if (typeof responseCode === 'number') return 'temporary';
  return CONNECTION_FAULTS.has(code) ? 'unreachable' : undefined;
}
