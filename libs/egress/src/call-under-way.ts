import { Readable } from 'node:stream';
import { type Call, CALL_LIMITS, type CallLimits, type Passage } from './call.js';
import { CallEnding } from './call-ending.js';
import { callFailure } from './call-failure.js';
import { CallFailed } from './errors.js';

/** A call with what it may take, which all its hops share. */
export class CallUnderWay {
  readonly limits: CallLimits;
  readonly ending: CallEnding;

  /** @throws the reason of its signal when that has aborted */
  constructor(
    readonly call: Call,
    readonly passage: Passage | undefined,
  ) {
    call.signal.throwIfAborted();
    this.limits = call.limits === undefined ? CALL_LIMITS : { ...CALL_LIMITS, ...call.limits };
    this.ending = new CallEnding(call.signal, this.limits.totalMs);
  }

  /** The error of the call that an error of a connection or a body stands for. */
  explain(error: unknown): unknown {
    const { signal } = this.call;
    if (signal.aborted) return signal.reason as unknown;
    if (!this.ending.isLate) return callFailure(error);
    return new CallFailed('call_timeout', `The call took longer than ${this.limits.totalMs} ms.`);
  }

  /** It has come to its end. */
  letGo(): void {
    this.ending.letGo();
  }

  /** It has failed, and nobody reads what was to be sent. */
  giveUp(): void {
    this.letGo();
    if (this.call.body instanceof Readable) this.call.body.destroy();
  }
}
