import { type Backoff, durationMs, retryDelayMs } from '#libs/contracts';
import { type LeveretError, NotSentError, TryLaterError, UnknownOutcomeError } from '../errors.js';
import { type Settings } from '../options.js';
import { addressOf, type Call, isRepeatable, type RawBody } from './call.js';
import { Deadline } from './deadline.js';
import { failureOfAnswer, failureOfConnection, failureOfTime } from './failures.js';

const BACKOFF: Backoff = { type: 'exponential', delayMs: 200, maxDelayMs: 5_000, jitter: 0.5 };
/** Those who were asked to come back at one time come spread over this share of it. */
const SPREAD = 0.25;

type Content = RawBody['content'] | undefined;
type Reader<T> = (response: Response) => Promise<T>;
type Tried<T> = { readonly done: true; readonly value: T } | { readonly done: false; readonly error: LeveretError };

/** Calls the gateway: one place for keys, time limits, tries and errors. */
export class Http {
  constructor(private readonly settings: Settings) {}

  /** Whether calls go out with an API key. */
  get hasKey(): boolean {
    return this.settings.apiKey !== undefined;
  }

  /** Sends a call and reads its answer as JSON. @throws LeveretError */
  json<T>(call: Call): Promise<T> {
    return this.#within(call, (response) => response.json() as Promise<T>);
  }

  /** Sends a call whose answer has nothing in it. @throws LeveretError */
  nothing(call: Call): Promise<void> {
    return this.#within(call, async (response) => {
      await response.body?.cancel();
    });
  }

  /** Sends a call and gives its answer unread; its body is the caller's to read or to cancel. @throws LeveretError */
  async open(call: Call): Promise<Response> {
    const deadline = new Deadline(this.#limitOf(call), call.options?.signal);
    try {
      const response = await this.#sent(call, deadline, (answer) => Promise.resolve(answer));
      // The body outlives the call: its caller's signal still counts.
      deadline.lift();
      return response;
    } catch (error) {
      deadline.close();
      throw error;
    }
  }

  async #within<T>(call: Call, read: Reader<T>): Promise<T> {
    const deadline = new Deadline(this.#limitOf(call), call.options?.signal);
    try {
      return await this.#sent(call, deadline, read);
    } finally {
      deadline.close();
    }
  }

  #limitOf({ options, unlimited }: Call): number | undefined {
    if (options?.timeout !== undefined) return durationMs(options.timeout);
    return unlimited === true ? undefined : this.settings.timeoutMs;
  }

  /** Sends a call until there is an answer, or no more to be hoped for. */
  async #sent<T>(call: Call, deadline: Deadline, read: Reader<T>): Promise<T> {
    // Outside of the tries: what is no JSON was never sent, and its TypeError is the caller's.
    const content = contentOf(call);
    let perhapsTaken: LeveretError | undefined;
    for (let tries = 1; ; tries += 1) {
      const tried = await this.#try(call, content, deadline, read);
      if (tried.done) return tried.value;
      const { error } = tried;
      if (error instanceof UnknownOutcomeError) perhapsTaken = error;
      const isLast = call.once === true || tries > this.settings.retries;
      const waitMs = isLast ? undefined : waitBefore(call, error, tries);
      if (waitMs === undefined || !deadline.leaves(waitMs)) throw finalError(error, perhapsTaken);
      await deadline.pause(waitMs);
    }
  }

  async #try<T>(call: Call, content: Content, deadline: Deadline, read: Reader<T>): Promise<Tried<T>> {
    try {
      const response = await fetch(this.#urlOf(call), this.#requestOf(call, content, deadline.signal));
      if (!response.ok) return { done: false, error: await failureOfAnswer(call, response) };
      return { done: true, value: await read(response) };
    } catch (error) {
      deadline.throwIfCallerAborted();
      return { done: false, error: deadline.isUp ? failureOfTime(call) : failureOfConnection(call, error) };
    }
  }

  #urlOf(call: Call): string {
    const address = addressOf(call);
    return address.startsWith('/') ? `${this.settings.url}${address}` : address;
  }

  #requestOf(call: Call, content: Content, signal: AbortSignal): RequestInit {
    return {
      method: call.method,
      signal,
      headers: this.#headersOf(call),
      // A stream is sent while it is read; fetch wants to be told.
      ...(content === undefined ? {} : { body: content, ...(content instanceof ReadableStream && { duplex: 'half' }) }),
    };
  }

  #headersOf({ bearer = this.settings.apiKey ?? null, raw, json, idempotencyKey, headers }: Call): Headers {
    const contentType = raw === undefined ? json !== undefined && 'application/json' : raw.contentType;
    return new Headers({
      accept: 'application/json',
      ...this.settings.headers,
      ...(bearer !== null && { authorization: `Bearer ${bearer}` }),
      ...(typeof contentType === 'string' && contentType !== '' && { 'content-type': contentType }),
      ...(idempotencyKey !== undefined && { 'idempotency-key': idempotencyKey }),
      ...headers,
    });
  }
}

function contentOf({ raw, json }: Call): Content {
  return raw?.content ?? (json === undefined ? undefined : JSON.stringify(json));
}

/** Milliseconds until the call is sent again after its n-th try; undefined when it must not be. */
function waitBefore(call: Call, error: LeveretError, tries: number): number | undefined {
  const again =
    error instanceof NotSentError ||
    error instanceof TryLaterError ||
    (error instanceof UnknownOutcomeError && isRepeatable(call));
  if (!again || call.raw?.content instanceof ReadableStream) return undefined;
  const asked = error instanceof NotSentError ? undefined : error.retryAfterMs;
  if (asked !== undefined) return Math.round(asked * (1 + SPREAD * Math.random()));
  return retryDelayMs(BACKOFF, tries, Math.random());
}

/** A call that was perhaps taken by an earlier try stays so, whatever kept a later one from being sent. */
function finalError(error: LeveretError, perhapsTaken: LeveretError | undefined): LeveretError {
  const saysNothing = error instanceof NotSentError || error instanceof TryLaterError;
  return saysNothing && perhapsTaken !== undefined ? perhapsTaken : error;
}
