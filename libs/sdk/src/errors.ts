/** What is wrong with one field of a request; the path joins names and indices by dots: `payload.variants.0.width`. */
export interface FieldError {
  readonly path: string;
  readonly message: string;
}

/** The body of an error as the gateway writes it: RFC 9457. */
export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  /** A sentence that says what was wrong. */
  readonly detail: string;
  /** Says why in one word, where the status alone leaves it open. */
  readonly code?: string;
  /** The fields that are wrong, when fields are. */
  readonly errors?: readonly FieldError[];
  /** Names the entry of the gateway's log, when the error was its own. */
  readonly requestId?: string;
}

/** What is known of a call that failed. */
export interface Failure {
  /** The call: `POST /v1/jobs`. */
  readonly call: string;
  /** Why, in a sentence. */
  readonly detail: string;
  /** What the gateway answered, when it was the gateway that answered. */
  readonly problem?: Problem | undefined;
  /** The status of the answer, when there was one. */
  readonly status?: number | undefined;
  /** Milliseconds after which the gateway asks to try again. */
  readonly retryAfterMs?: number | undefined;
  /** The key that the call went out with. */
  readonly idempotencyKey?: string | undefined;
  readonly cause?: unknown;
}

/**
 * A call that failed. Its class says what follows from that; `instanceof` is how to tell. What a caller's own `AbortSignal`
 * ends is none of these: it rejects with the reason of the signal, as `fetch` does.
 */
export abstract class LeveretError extends Error {
  abstract override readonly name: string;
  /** The call that failed: `POST /v1/jobs`. */
  readonly call: string;
  /** The status of the answer; undefined when none came. */
  readonly status: number | undefined;
  /** What the gateway wrote; undefined when it did not answer, or something between did. */
  readonly problem: Problem | undefined;

  constructor({ call, detail, problem, status, cause }: Failure) {
    super(`${call}: ${status === undefined ? '' : `${status} `}${detail}`, cause === undefined ? {} : { cause });
    this.call = call;
    this.status = status;
    this.problem = problem;
  }

  /** Why, in one word, where the status leaves it open: `outbox_full`. */
  get code(): string | undefined {
    return this.problem?.code;
  }
}

/** The call never left: the gateway cannot be reached. Nothing was done, and sending it again is safe. */
export class NotSentError extends LeveretError {
  override readonly name = 'NotSentError';
}

/** The gateway refuses the request as it is. Sent again it is refused again: mend it. */
export class InvalidRequestError extends LeveretError {
  override readonly name = 'InvalidRequestError';

  /** The fields that are wrong; empty when it is not about fields. */
  get errors(): readonly FieldError[] {
    return this.problem?.errors ?? [];
  }
}

/** There is no API key, it is not in force (401), or it may not do this (403). Another key is needed. */
export class UnauthorizedError extends LeveretError {
  override readonly name = 'UnauthorizedError';
}

/** There is no such thing, it is gone, or it is another tenant's. */
export class NotFoundError extends LeveretError {
  override readonly name = 'NotFoundError';
}

/** What is asked for does not go with how things are now: a job that has ended cannot be cancelled. */
export class ConflictError extends LeveretError {
  override readonly name = 'ConflictError';
}

/** Nothing was done, and the same call may succeed later. It was tried as often as it may be. */
export class TryLaterError extends LeveretError {
  override readonly name = 'TryLaterError';
  /** Milliseconds after which the gateway asks to try again; undefined when it did not say. */
  readonly retryAfterMs: number | undefined;

  constructor(failure: Failure) {
    super(failure);
    this.retryAfterMs = failure.retryAfterMs;
  }
}

/**
 * Nobody knows whether the call was taken: the connection broke, or no answer came in time. With its `idempotencyKey` it can be
 * sent again and is done once all the same; without one, look first.
 */
export class UnknownOutcomeError extends LeveretError {
  override readonly name = 'UnknownOutcomeError';
  /** The key that the call went out with; undefined for calls that take none. */
  readonly idempotencyKey: string | undefined;
  /** Milliseconds after which the gateway asks to try again; undefined when it did not say. */
  readonly retryAfterMs: number | undefined;

  constructor(failure: Failure) {
    super(failure);
    this.idempotencyKey = failure.idempotencyKey;
    this.retryAfterMs = failure.retryAfterMs;
  }
}
