import { types } from 'node:util';

/** Enhanced status codes (RFC 3463) of a mailbox or domain that does not exist, has moved, or is switched off. */
const GONE = /\b5\.(?:1\.(?:1|2|3|6|10)|2\.1)\b/;
const ENHANCED = /\b5\.\d{1,3}\.\d{1,3}\b/;
/** What servers without enhanced codes answer then. */
const PLAIN: ReadonlySet<unknown> = new Set([550, 551, 553]);

/**
 * What the server said of a recipient that it does not know; undefined when the error means something else. A 5xx for
 * another reason, such as a relay that refuses us, says nothing of the mailbox.
 */
export function missingMailbox(error: unknown): string | undefined {
  const { cause } = types.isNativeError(error) ? error : {};
  if (!types.isNativeError(cause)) return undefined;
  const { command, response, responseCode } = cause as {
    command?: unknown;
    response?: unknown;
    responseCode?: unknown;
  };
  if (command !== 'RCPT TO' || typeof response !== 'string') return undefined;
  const gone = ENHANCED.test(response) ? GONE.test(response) : PLAIN.has(responseCode);
  return gone ? response : undefined;
}
