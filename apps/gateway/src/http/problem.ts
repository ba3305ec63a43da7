import { STATUS_CODES } from 'node:http';
import { type ProblemCode } from './problem-codes.js';

/** What is wrong with one field of a request; the path joins names and indices by dots. */
export interface FieldError {
  readonly path: string;
  readonly message: string;
}

/** The body of every error that the gateway answers: RFC 9457. */
export interface ProblemDetails {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  /** Where the status alone leaves it open. */
  readonly code?: ProblemCode;
  readonly errors?: readonly FieldError[];
  /** Names the log entry of an unexpected error. */
  readonly requestId?: string;
}

interface ProblemExtras {
  readonly code?: ProblemCode;
  readonly errors?: readonly FieldError[];
  readonly headers?: Readonly<Record<string, string>>;
  readonly requestId?: string;
}

/** An answer other than success. Whoever throws it has written a sentence for the user. */
export class Problem extends Error {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly #extras: ProblemExtras;

  constructor(status: number, detail: string, extras: ProblemExtras = {}) {
    super(detail);
    this.name = 'Problem';
    this.status = status;
    this.headers = extras.headers ?? {};
    this.#extras = extras;
  }

  get details(): ProblemDetails {
    const title = STATUS_CODES[this.status] ?? 'Error';
    const { code, errors, requestId } = this.#extras;
    return {
      type: `urn:leveret:problem:${title.toLowerCase().replaceAll(/[^a-z]+/g, '-')}`,
      title,
      status: this.status,
      detail: this.message,
      ...(code === undefined ? {} : { code }),
      ...(errors === undefined ? {} : { errors }),
      ...(requestId === undefined ? {} : { requestId }),
    };
  }
}

/** The media type of every problem. */
export const PROBLEM_TYPE = 'application/problem+json; charset=utf-8';

/** 422 that names each wrong field. */
export function invalid(errors: readonly FieldError[]): Problem {
  const [first = { path: 'The request', message: 'is invalid' }] = errors;
  const others = errors.length > 1 ? ` (and ${errors.length - 1} more)` : '';
  const place = first.path === '' ? 'The body' : first.path;
  return new Problem(422, `${place} ${first.message}${others}`, { errors });
}

/** 422 of one field. */
export function invalidField(path: string, message: string): Problem {
  return invalid([{ path, message }]);
}

/** 404: the same for what never was, is gone, and belongs to another tenant. `meant` is a name that the caller may know. */
export function missing(what: string, id: string, meant?: string): Problem {
  return new Problem(404, `There is no ${what} ${id}${meant === undefined ? '.' : `; did you mean ${meant}?`}`);
}

/** 401, with the scheme that is expected. */
export function unauthenticated(detail: string): Problem {
  return new Problem(401, detail, { headers: { 'www-authenticate': 'Bearer realm="leveret"' } });
}

/** 409: what is asked for does not go together with how things stand. */
export function conflict(code: ProblemCode<409>, detail: string): Problem {
  return new Problem(409, detail, { code });
}

/** 429 or 503: the same request may succeed later. */
export function later<Status extends 429 | 503>(
  status: Status,
  detail: string,
  afterSeconds: number,
  code?: ProblemCode<Status>,
): Problem {
  const headers = { 'retry-after': String(Math.max(1, Math.ceil(afterSeconds))) };
  return new Problem(status, detail, { headers, ...(code === undefined ? {} : { code }) });
}
