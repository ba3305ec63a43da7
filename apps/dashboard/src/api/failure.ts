import { InvalidRequestError, LeveretError, NotFoundError } from '#libs/sdk';
import { CallError } from './own-calls';

/** Why a call failed, in the gateway's own sentence. */
export function sentenceOf(error: unknown): string {
  if (error instanceof LeveretError) return error.problem?.detail ?? error.message;
  return error instanceof Error ? error.message : String(error);
}

/** True when whoever calls is not signed in, or not any more. */
export function isSignedOut(error: unknown): boolean {
  return (error instanceof LeveretError || error instanceof CallError) && error.status === 401;
}

export function isMissing(error: unknown): boolean {
  return error instanceof NotFoundError;
}

/** What is wrong with each field of a request, by its path. */
export function fieldErrorsOf(error: unknown): ReadonlyMap<string, string> {
  const errors = error instanceof InvalidRequestError ? error.errors : [];
  return new Map(errors.map(({ path, message }) => [path, message]));
}
