import { isDeepStrictEqual } from 'node:util';
import { PermanentError } from '#libs/consumer';
import { isRecord } from '#libs/contracts';
import { type ExpectationPayload } from './call-api.payload.js';

/** True for a status that completes the job. */
export function isExpectedStatus(status: number, { status: expected }: ExpectationPayload = {}): boolean {
  return expected === undefined ? status >= 200 && status < 300 : [expected].flat().includes(status);
}

/** @param content the answer's JSON; undefined when it has none. @throws PermanentError `unexpected_answer` */
export function checkContent(content: unknown, { json: expected }: ExpectationPayload = {}): void {
  if (expected === undefined || contains(content, expected)) return;
  throw new PermanentError('unexpected_answer', 'The answer does not contain the JSON that the job expects.');
}

function contains(actual: unknown, expected: unknown): boolean {
  if (!isRecord(expected)) return isDeepStrictEqual(actual, expected);
  return (
    isRecord(actual) &&
    Object.entries(expected).every(([name, value]) => Object.hasOwn(actual, name) && contains(actual[name], value))
  );
}
