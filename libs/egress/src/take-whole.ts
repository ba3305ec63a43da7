import { type Dispatcher } from 'undici';
import { answerHead, type AnswerHead, type TakingTerms } from './answer-head.js';
import { AnswerTooLarge } from './errors.js';

/** An answer with all that was sent of it, packed as it is. */
export interface TakenAnswer extends AnswerHead {
  readonly bytes: Buffer;
}

/**
 * Sends a request and takes its answer whole: at half the cost of an answer with a stream.
 * @throws AnswerTooLarge, the error of the connection, or one without a meaning of its own when the call has to end
 */
export function takeWhole(
  dispatcher: Dispatcher,
  request: Dispatcher.DispatchOptions,
  terms: TakingTerms,
): Promise<TakenAnswer> {
  return new Promise((resolve, reject) => {
    dispatcher.dispatch(request, new AnswerTaker(terms, resolve, reject));
  });
}

const NO_HEAD: AnswerHead = { status: 0, headers: {} };

class AnswerTaker implements Dispatcher.DispatchHandler {
  readonly #chunks: Buffer[] = [];
  // At once, also before there is a connection: undici would wait for that.
  readonly #stop = (): void => {
    this.#fail(new Error('The call has to end.'));
  };
  #controller: Dispatcher.DispatchController | undefined;
  #head = NO_HEAD;
  #bytes = 0;

  constructor(
    private readonly terms: TakingTerms,
    private readonly resolve: (answer: TakenAnswer) => void,
    private readonly reject: (error: unknown) => void,
  ) {
    terms.ending.on('abort', this.#stop);
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    if (this.terms.ending.aborted) this.#stop();
  }

  onResponseStart(
    controller: Dispatcher.DispatchController,
    status: number,
    headers: Dispatcher.ResponseData['headers'],
  ): void {
    // What only informs comes before the answer.
    if (status < 200) return;
    this.#head = answerHead(status, headers);
    if (this.terms.wantsBody(this.#head)) return;
    this.onResponseEnd();
    controller.abort(new Error('Nobody wants the body.'));
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    const { maxBytes } = this.terms;
    this.#bytes += chunk.length;
    if (this.#bytes > maxBytes) this.#fail(new AnswerTooLarge(maxBytes));
    else this.#chunks.push(chunk);
  }

  onResponseEnd(): void {
    this.terms.ending.off('abort', this.#stop);
    // Not by a spread: that gives each answer a shape of its own, and takes longer than all the rest of this.
    const { status, headers } = this.#head;
    this.resolve({ status, headers, bytes: Buffer.concat(this.#chunks, this.#bytes) });
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    this.#fail(error);
  }

  #fail(error: Error): void {
    this.terms.ending.off('abort', this.#stop);
    this.reject(error);
    this.#controller?.abort(error);
  }
}
