/**
 * The call may not be made, now or later: the policy refuses its address. The message names what the caller wrote and
 * never what a name resolves to or a host redirects to, so that nobody explores a network by it.
 */
export class EgressRefused extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'EgressRefused';
  }
}

/** Where a call broke off. */
export type CallTrouble =
  'host_unresolved' | 'host_unreachable' | 'tls_failed' | 'call_timeout' | 'call_broken' | 'answer_unreadable';

/** The call did not come to its end this time: the same call may succeed later. */
export class CallFailed extends Error {
  constructor(
    readonly code: CallTrouble,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.name = 'CallFailed';
  }
}

/** The answer has more bytes than are taken, as they are sent or unpacked; the rest was not read. */
export class AnswerTooLarge extends Error {
  constructor(readonly maxBytes: number) {
    super(`The answer is larger than ${maxBytes} bytes.`);
    this.name = 'AnswerTooLarge';
  }
}
