import { type Readable } from 'node:stream';
import { type Dispatcher } from 'undici';
import { answerHead, type AnswerHead, type TakingTerms } from './answer-head.js';

/** An answer whose body is read as it comes, packed as it is. */
export interface StreamedAnswer extends AnswerHead {
  readonly raw: Readable;
}

/**
 * Sends a request and takes the head of its answer.
 * @throws the error of the connection, or one without a meaning of its own when the call has to end
 */
export async function takeStream(
  dispatcher: Dispatcher,
  request: Dispatcher.DispatchOptions,
  { ending, wantsBody }: TakingTerms,
): Promise<StreamedAnswer> {
  const asked = dispatcher.request({ ...request, signal: ending });
  const { statusCode, headers, body: raw } = await ending.sooner(asked);
  const head = answerHead(statusCode, headers);
  if (!wantsBody(head)) raw.on('error', () => undefined).destroy();
  return { status: head.status, headers: head.headers, raw };
}
