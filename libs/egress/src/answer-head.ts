import { type Dispatcher } from 'undici';
import { type Answer } from './call.js';
import { type CallEnding } from './call-ending.js';

/** The head of an answer. */
export type AnswerHead = Pick<Answer, 'status' | 'headers'>;

/** How the answer to one request is taken. */
export interface TakingTerms {
  readonly ending: CallEnding;
  /** Of what is sent, packed as it is. */
  readonly maxBytes: number;
  /** Is asked once the head is there; a body that nobody wants is not read. */
  readonly wantsBody: (head: AnswerHead) => boolean;
}

/** The head of an answer as undici has it. */
export function answerHead(status: number, headers: Dispatcher.ResponseData['headers']): AnswerHead {
  if (areSingle(headers)) return { status, headers };
  const joined = Object.entries(headers).map(([name, value = '']) => [name, [value].flat().join(', ')]);
  return { status, headers: Object.fromEntries(joined) as Record<string, string> };
}

/** Whether each came once, as they mostly do. */
function areSingle(headers: Dispatcher.ResponseData['headers']): headers is Record<string, string> {
  for (const name of Object.keys(headers)) if (typeof headers[name] !== 'string') return false;
  return true;
}
