import { types } from 'node:util';
import { PermanentError, Standstill, TemporaryError } from '#libs/consumer';
import { clippedText } from '#libs/contracts';

const LONGEST_ANSWER = 1_000;
/** How long no mail is tried after the server has refused us. */
const PAUSE = '1m';

/** What nodemailer calls a server that cannot be reached, does not answer, or does not speak as it should. */
const CONNECTION_FAULTS: ReadonlySet<unknown> = new Set([
  ...['ECONNECTION', 'ETIMEDOUT', 'ESOCKET', 'EDNS', 'ETLS', 'EPROTOCOL', 'EPROXY'],
]);
/** What the server refuses then is the mail or a recipient. Before, it refuses us: no fault of the job. */
const ABOUT_THE_MAIL = /^(?:MAIL FROM|RCPT TO|DATA)/;
/** Whichever command they answer: who we are is not enough, or not proven. */
const ABOUT_THE_LOGIN: ReadonlySet<unknown> = new Set([530, 534, 535, 538]);

/** The sender is the same for all mails, so what the server has against it is no fault of the job. Of the mail it knows the size alone. */
const ABOUT_THE_SIZE = /^552|^5\d\d[ -]5\.3\.4\b/;

const STANDSTILLS = {
  login: 'The mail server refuses the login of SMTP_URL',
  sender: 'The mail server refuses MAIL_FROM as the sender',
} as const;
const FAULTS = {
  rejected: { code: 'smtp_rejected', means: 'The mail server refuses the mail for good' },
  temporary: { code: 'smtp_temporary', means: 'The mail server refuses the mail for now' },
  unreachable: { code: 'smtp_unreachable', means: 'The mail server cannot be reached' },
  unanswered: { code: 'smtp_unanswered', means: 'The mail server has the whole mail and did not say that it took it' },
} as const;

interface SmtpError extends Error {
  readonly code?: unknown;
  readonly command?: unknown;
  readonly response?: unknown;
  readonly responseCode?: unknown;
  readonly permanent?: unknown;
}

/**
 * What follows from an error of the transport for the job.
 * @param whole whether the server has the mail up to its end
 */
export function asJobError(error: unknown, whole: boolean): unknown {
  if (!types.isNativeError(error)) return error;
  const fault = faultOf(error, whole);
  if (fault === undefined) return error;
  const said = clippedText(wordsOf(error), LONGEST_ANSWER);
  if (fault === 'login' || fault === 'sender') {
    return new Standstill(`${STANDSTILLS[fault]}: ${said}`, PAUSE, { cause: error });
  }
  const { code, means } = FAULTS[fault];
  const JobError = fault === 'rejected' ? PermanentError : TemporaryError;
  return new JobError(code, `${means}: ${said}`, { cause: error });
}

/** The server's own, but where it is only asked for TLS: one that has none knows no such command, and says no more. */
function wordsOf({ code, response, message }: SmtpError): string {
  return typeof response === 'string' && code !== 'ETLS' ? response : message;
}

function faultOf(error: SmtpError, whole: boolean): keyof typeof FAULTS | keyof typeof STANDSTILLS | undefined {
  const { code, responseCode } = error;
  if (isAboutTheLogin(error)) return 'login';
  if (isAboutTheSender(error)) return 'sender';
  if (isForGood(error)) return 'rejected';
  if (typeof responseCode === 'number') return 'temporary';
  if (!CONNECTION_FAULTS.has(code)) return undefined;
  return whole ? 'unanswered' : 'unreachable';
}

// A login may also be refused for now: 454.
function isAboutTheLogin({ code, responseCode }: SmtpError): boolean {
  if (code === 'EAUTH' || code === 'ENOAUTH') return typeof responseCode !== 'number' || responseCode >= 500;
  return ABOUT_THE_LOGIN.has(responseCode);
}

function isAboutTheSender({ command, response, permanent }: SmtpError): boolean {
  return permanent === true && command === 'MAIL FROM' && !ABOUT_THE_SIZE.test(String(response));
}

// A mail over the size that the server has named is not even offered: that error has no answer.
function isForGood({ code, command, response, permanent }: SmtpError): boolean {
  if (code === 'EMESSAGE' && response === undefined) return true;
  return permanent === true && ABOUT_THE_MAIL.test(String(command));
}

/** The server has closed a connection before it heard of the mail, most likely one that was kept for the next mail. */
export function wasClosedBefore(error: unknown): boolean {
  if (!(error instanceof TemporaryError) || error.code !== 'smtp_unreachable') return false;
  const { code, command } = error.cause as SmtpError;
  return code === 'ECONNECTION' && command === undefined;
}
