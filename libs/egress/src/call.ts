import { type Readable } from 'node:stream';

/** What a call may take. */
export interface CallLimits {
  /** For resolving the name and connecting to one of its addresses. @default 5_000 */
  readonly connectMs: number;
  /** For TLS. @default 5_000 */
  readonly tlsMs: number;
  /** Until the head of the answer is there, from when the request was sent. @default 10_000 */
  readonly headersMs: number;
  /** Without a byte of the answer's body. @default 10_000 */
  readonly idleMs: number;
  /** From the first name that is resolved to the last byte, redirects among them. @default 30_000 */
  readonly totalMs: number;
  /** Bytes of the answer's body, counted after it was unpacked. @default 1_048_576 */
  readonly maxBytes: number;
}

/** The limits of a call that says nothing of them. */
export const CALL_LIMITS: CallLimits = {
  ...{ connectMs: 5_000, tlsMs: 5_000, headersMs: 10_000, idleMs: 10_000, totalMs: 30_000 },
  maxBytes: 1_048_576,
};

/** A call to somebody else's server. */
export interface Call {
  /** In capitals. */
  readonly method: string;
  readonly url: string;
  /** Names in lower case. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Headers that only the origin of `url` may see: a redirect to another one leaves them out. Names in lower case. */
  readonly credentials?: Readonly<Record<string, string>>;
  /** A stream is destroyed when the call fails. */
  readonly body?: string | Uint8Array | Readable;
  readonly signal: AbortSignal;
  readonly limits?: Partial<CallLimits>;
  /** How many redirects of a GET or HEAD without a body are followed; of other calls they are answers. @default 0 */
  readonly redirects?: number;
  /** Is asked before a redirect is followed; what it throws ends the call. */
  readonly beforeRedirect?: (to: URL) => void;
}

/** What somebody knows of a call who has let it pass. */
export interface Passage {
  /** That of the call, as `EgressClient.checked` has given it. */
  readonly url: URL;
  /** Is called when the head of the answer is there. */
  readonly answered: () => void;
}

/** What a server answered, whole. */
export interface WholeAnswer extends Pick<Answer, 'status' | 'headers'> {
  /** Unpacked. */
  readonly body: Buffer;
}

/** What a server answered. Whoever gets it reads the body to its end or destroys it. */
export interface Answer {
  readonly status: number;
  /** Names in lower case; values of a name that came several times are joined by commas. */
  readonly headers: Readonly<Record<string, string>>;
  /** Unpacked and within its limits: its errors are `AnswerTooLarge` and `CallFailed`, or the reason of the call's signal. */
  readonly body: Readable;
}
