import { clippedText, type Failure, LIMITS, type Outcome, storableJson, utf8Length } from '#libs/contracts';
import { PermanentError, RetryAfter, Standstill } from './errors.js';
import { shownText } from './shown-text.js';

/** How a handler ended by itself. */
export type HandlerEnding =
  { readonly kind: 'returned'; readonly value: unknown } | { readonly kind: 'threw'; readonly error: unknown };

const DEFAULT_CODE = 'error';
const LONGEST_CODE = 64;

/** What a handler's ending means for the job. */
export function outcomeOf(ending: HandlerEnding): Outcome {
  switch (ending.kind) {
    case 'returned':
      return outcomeOfResult(ending.value);
    case 'threw':
      return outcomeOfError(ending.error);
  }
}

/** A failure of a sentence of ours. */
export function rejected(code: string, message: string): Outcome {
  return { kind: 'reject', failure: { code, message: clippedText(message, LIMITS.errorMessage) } };
}

function outcomeOfResult(value: unknown): Outcome {
  if (value === undefined) return { kind: 'done', result: null };
  try {
    const json = stringified(value);
    if (json === undefined) return rejected('result_not_json', `Expected a result of JSON, got a ${typeof value}.`);
    const bytes = utf8Length(json);
    if (bytes > LIMITS.result) {
      const advice = `Expected a result of at most ${LIMITS.result} bytes of JSON, got ${bytes}; put it in a file.`;
      return rejected('result_too_large', advice);
    }
    return { kind: 'done', result: storableJson(JSON.parse(json)) };
  } catch (error) {
    return rejected('result_not_json', `Expected a result of JSON: ${messageOf(error)}`);
  }
}

function outcomeOfError(error: unknown): Outcome {
  if (error instanceof RetryAfter || error instanceof Standstill) {
    return {
      kind: 'snooze',
      delayMs: error.delayMs,
      reason: clippedText(shownText(error.reason), LIMITS.errorMessage),
    };
  }
  const failure: Failure = { code: codeOf(error), message: messageOf(error) };
  return error instanceof PermanentError ? { kind: 'reject', failure } : { kind: 'retry', failure };
}

function codeOf(error: unknown): string {
  const code = read(error, 'code');
  if (typeof code !== 'string') return DEFAULT_CODE;
  const snake = code
    .slice(0, LONGEST_CODE)
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replaceAll(/[^A-Za-z0-9]+/g, '_')
    .replaceAll(/^_+|_+$/g, '')
    .toLowerCase();
  return snake === '' ? DEFAULT_CODE : snake;
}

function messageOf(error: unknown): string {
  const message = error instanceof Error ? read(error, 'message') : error;
  return clippedText(shownText(message), LIMITS.errorMessage);
}

// TypeScript does not say that functions and symbols give undefined.
function stringified(value: unknown): string | undefined {
  return JSON.stringify(value);
}

// A thrown value may be anything, also an object whose getters throw.
function read(value: unknown, property: string): unknown {
  try {
    return (value as Record<string, unknown> | null | undefined)?.[property];
  } catch {
    return undefined;
  }
}
