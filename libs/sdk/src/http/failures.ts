import {
  ConflictError,
  type Failure,
  InvalidRequestError,
  type LeveretError,
  NotFoundError,
  NotSentError,
  type Problem,
  TryLaterError,
  UnauthorizedError,
  UnknownOutcomeError,
} from '../errors.js';
import { type Call, isSafe, nameOf } from './call.js';

/** What Node says when there was no connection to send anything on. Browsers do not tell. */
const NEVER_CONNECTED = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
]);

/** Of a 503: the gateway has not said no. */
const PERHAPS_TAKEN = new Set(['job_unconfirmed', 'too_slow']);

/** What follows from a refusal; of others the request is to be mended. */
const BY_STATUS: Readonly<Record<number, new (failure: Failure) => LeveretError>> = {
  401: UnauthorizedError,
  403: UnauthorizedError,
  404: NotFoundError,
  409: ConflictError,
  410: NotFoundError,
};

/** The error for an answer that is no success. */
export async function failureOfAnswer(call: Call, response: Response): Promise<LeveretError> {
  const problem = await problemOf(response);
  const failure: Failure = {
    call: nameOf(call),
    status: response.status,
    detail: problem?.detail ?? (response.statusText || 'The answer is not one of the gateway.'),
    problem,
    retryAfterMs: retryAfterMs(response.headers.get('retry-after')),
    idempotencyKey: call.idempotencyKey,
  };
  return failureOfStatus(call, failure, response.status);
}

function failureOfStatus(call: Call, failure: Failure, status: number): LeveretError {
  const firstIsUnderWay = status === 409 && failure.problem?.code === 'idempotency_key_in_use';
  if (firstIsUnderWay || isRefusal(failure)) return new TryLaterError(failure);
  if (status === 408 || status >= 500) return unknown(call, failure);
  return new (BY_STATUS[status] ?? InvalidRequestError)(failure);
}

/** The error for a call that got no answer. What `fetch` throws has the reason as its cause, if it tells any. */
export function failureOfConnection(call: Call, error: unknown): LeveretError {
  const told = (error ?? {}) as { readonly message?: string; readonly cause?: { readonly [field: string]: unknown } };
  const { code, message = told.message } = told.cause ?? {};
  const detail = typeof message === 'string' && message !== '' ? message : 'The connection broke.';
  const failure = { call: nameOf(call), detail, cause: error, idempotencyKey: call.idempotencyKey };
  return NEVER_CONNECTED.has(String(code)) ? new NotSentError(failure) : unknown(call, failure);
}

/** The error for a call whose time was up before an answer came. */
export function failureOfTime(call: Call): LeveretError {
  const detail = 'No answer came in time.';
  return unknown(call, { call: nameOf(call), detail, idempotencyKey: call.idempotencyKey });
}

/** Whether nothing was done for now. Of a 503 only the gateway itself can say so: what stands between cannot know. */
function isRefusal({ status, problem }: Failure): boolean {
  if (status === 429) return true;
  return status === 503 && problem !== undefined && !PERHAPS_TAKEN.has(problem.code ?? '');
}

function unknown(call: Call, failure: Failure): LeveretError {
  return isSafe(call) ? new TryLaterError(failure) : new UnknownOutcomeError(failure);
}

async function problemOf(response: Response): Promise<Problem | undefined> {
  if (!/[/+]json/.test(response.headers.get('content-type') ?? '')) {
    await response.body?.cancel();
    return undefined;
  }
  try {
    const body = (await response.json()) as Partial<Problem> | null;
    return typeof body?.detail === 'string' ? (body as Problem) : undefined;
  } catch {
    return undefined;
  }
}

/** Milliseconds of a `Retry-After`, which is seconds or a date. */
function retryAfterMs(header: string | null): number | undefined {
  if (header === null) return undefined;
  const ms = /^\d+$/.test(header) ? Number(header) * 1_000 : Date.parse(header) - Date.now();
  return Number.isNaN(ms) ? undefined : Math.max(0, ms);
}
