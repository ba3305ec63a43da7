import { types } from 'node:util';

/** Enhanced status codes (RFC 3463) at their place: a mailbox that does not exist, or is switched off. */
const GONE = /^5\d\d[ -]5\.(?:1\.1|1\.10|2\.1)\b/;
const ENHANCED = /^5\d\d[ -]5\.\d{1,3}\.\d{1,3}\b/;
/** What servers without enhanced codes say then. Their number alone says nothing: 550 is also how a relay refuses us. */
const NO_SUCH_MAILBOX =
  /\bno such (?:user|mailbox|recipient|account|address)\b|\b(?:unknown|invalid) (?:user|mailbox|recipient)\b|\b(?:user|mailbox|recipient|account)\b.{0,80}\b(?:unknown|not found|(?:does not|doesn't) exist)\b/i;
/** What is also said of a sender, or because of one. */
const ABOUT_US = /\b(?:sender|from|relay\w*|client|policy|spam|block\w*|blacklist\w*|denied|verif\w*)\b/i;

/**
 * What the server said of a recipient that it does not know; undefined when the error means something else, or may do: an
 * address that is entered by mistake gets no mail any more, one that is not is only refused again.
 */
export function missingMailbox(error: unknown): string | undefined {
  const { cause } = types.isNativeError(error) ? error : {};
  if (!types.isNativeError(cause)) return undefined;
  const { command, response } = cause as { command?: unknown; response?: unknown };
  if (command !== 'RCPT TO' || typeof response !== 'string' || !response.startsWith('5')) return undefined;
  const gone = ENHANCED.test(response) ? GONE.test(response) : saysSo(response);
  return gone ? response : undefined;
}

function saysSo(response: string): boolean {
  return NO_SUCH_MAILBOX.test(response) && !ABOUT_US.test(response);
}
