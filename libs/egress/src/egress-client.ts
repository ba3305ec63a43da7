import { Readable } from 'node:stream';
import { Agent, type Dispatcher } from 'undici';
import { answerBody } from './answer-body.js';
import { type Answer, type Call, CALL_LIMITS, type CallLimits } from './call.js';
import { CallEnding } from './call-ending.js';
import { callFailure } from './call-failure.js';
import { EgressPolicy } from './egress-policy.js';
import { CallFailed, EgressRefused } from './errors.js';
import { guardedConnector, type Resolve, systemResolve } from './guarded-connector.js';
import { redirectTarget } from './redirect.js';
import { requestBody } from './request-body.js';

const CONNECT_MS = 5_000;
const TLS_MS = 5_000;
const LARGEST_HEAD = 32 * 1_024;
/** How long an unused connection is kept for the next call. */
const KEPT_MS = 10_000;
/** Never shown to another origin, whoever set them. */
const SENSITIVE: ReadonlySet<string> = new Set(['authorization', 'proxy-authorization', 'cookie']);

/** What a client is made of. */
export interface EgressOptions {
  /** The pairs of `EGRESS_ALLOW`. */
  readonly allow: readonly string[];
  /** Says who calls, in calls that do not say so themselves. */
  readonly userAgent: string;
  /** @default the system's */
  readonly resolve?: Resolve;
  /** For connecting. @default 5_000 */
  readonly connectMs?: number;
  /** For TLS. @default 5_000 */
  readonly tlsMs?: number;
}

/** One hop of a call. */
interface Hop {
  readonly url: URL;
  readonly isRedirect: boolean;
  readonly headers: Readonly<Record<string, string>>;
}

/** The last answer of a call, as it comes. */
interface RawAnswer extends Pick<Answer, 'status' | 'headers'> {
  readonly raw: Readable;
  readonly packing: string;
}

/** What all hops of a call share. */
interface Terms {
  readonly limits: CallLimits;
  readonly ending: CallEnding;
  /** The error of the call that an error of a connection stands for. */
  readonly explain: (error: unknown) => unknown;
}

/** Calls the servers of other people, under the egress policy and within limits at every stage. Keeps connections for the next calls. */
export class EgressClient {
  readonly #policy: EgressPolicy;
  readonly #agent: Agent;
  readonly #userAgent: string;

  constructor({ allow, userAgent, resolve = systemResolve, connectMs = CONNECT_MS, tlsMs = TLS_MS }: EgressOptions) {
    this.#policy = new EgressPolicy(allow);
    this.#userAgent = userAgent;
    this.#agent = new Agent({
      connect: guardedConnector({ policy: this.#policy, resolve, connectMs, tlsMs }),
      maxHeaderSize: LARGEST_HEAD,
      keepAliveTimeout: KEPT_MS,
      keepAliveMaxTimeout: KEPT_MS,
    });
  }

  /**
   * The URL of a call that may be sent, as far as it can be told before its name is resolved.
   * @throws EgressRefused
   */
  checked(url: string): URL {
    return this.#policy.checked(url);
  }

  /**
   * Sends a call and resolves with the head of its answer, whatever the status.
   * @throws EgressRefused when the policy refuses its address, or one that it is redirected to
   * @throws CallFailed when there is no answer
   * @throws the error of its body when that cannot be read
   * @throws the reason of its signal when that aborts
   */
  async send(call: Call): Promise<Answer> {
    const limits = { ...CALL_LIMITS, ...call.limits };
    call.signal.throwIfAborted();
    const ending = new CallEnding(call.signal, limits.totalMs);
    const explain = (error: unknown): unknown => {
      if (call.signal.aborted) return call.signal.reason as unknown;
      return ending.isLate ? tookTooLong(limits) : callFailure(error);
    };
    try {
      const { status, headers, raw, packing } = await this.#followed(call, { limits, explain, ending });
      const body = answerBody(raw, packing, { maxBytes: limits.maxBytes, explain });
      body.once('close', () => {
        ending.letGo();
      });
      return { status, headers, body };
    } catch (error) {
      ending.letGo();
      if (call.body instanceof Readable) call.body.destroy();
      throw error;
    }
  }

  /** Ends all connections, those in use too. */
  async close(): Promise<void> {
    await this.#agent.destroy();
  }

  async #followed(call: Call, terms: Terms): Promise<RawAnswer> {
    const { method, body, redirects = 0 } = call;
    let hop = this.#firstHop(call);
    for (let hops = 0; ; hops += 1) {
      const { statusCode: status, body: raw, ...response } = await this.#sent(call, hop, terms);
      const headers = joined(response.headers);
      const { location = '', 'content-encoding': packing = '' } = headers;
      // What is sent with a call is for who was called, and may have been read by then.
      const isFollowed = redirects > 0 && body === undefined;
      const target = isFollowed ? redirectTarget(method, status, location, hop.url) : undefined;
      if (target === undefined) return { status, headers, raw, packing: hasNoBody(method, status) ? '' : packing };
      raw.on('error', () => undefined).destroy();
      if (hops === redirects) throw new EgressRefused(`The host redirects more than ${redirects} times.`);
      hop = this.#nextHop(call, hop, target);
    }
  }

  #firstHop({ url, headers = {}, credentials = {} }: Call): Hop {
    const about = { 'user-agent': this.#userAgent, 'accept-encoding': 'gzip, deflate, br' };
    return { url: this.#policy.checked(url), isRedirect: false, headers: { ...about, ...headers, ...credentials } };
  }

  #nextHop({ credentials = {}, beforeRedirect }: Call, { url: from, headers }: Hop, target: string): Hop {
    const url = this.#redirected(target);
    if (from.protocol === 'https:' && url.protocol === 'http:') {
      throw new EgressRefused('The host redirects from https to http.');
    }
    beforeRedirect?.(url);
    if (url.origin === from.origin) return { url, isRedirect: true, headers };
    const shown = Object.entries(headers).filter(([name]) => !SENSITIVE.has(name) && credentials[name] === undefined);
    return { url, isRedirect: true, headers: Object.fromEntries(shown) };
  }

  #redirected(target: string): URL {
    try {
      return this.#policy.checked(target);
    } catch (error) {
      throw redirectRefused(error);
    }
  }

  async #sent(
    call: Call,
    { url, isRedirect, headers }: Hop,
    { limits, ending, explain }: Terms,
  ): Promise<Dispatcher.ResponseData> {
    try {
      const asked = this.#agent.request({
        ...{ origin: url.origin, path: `${url.pathname}${url.search}` },
        ...{ method: call.method, headers, body: requestBody(call), signal: ending },
        ...{ headersTimeout: limits.headersMs, bodyTimeout: limits.idleMs },
      });
      return await ending.sooner(asked);
    } catch (error) {
      throw isRedirect ? redirectRefused(explain(error)) : explain(error);
    }
  }
}

/** Where a host redirects to stands in no error: it may have put there what it was sent. */
function redirectRefused(error: unknown): unknown {
  if (!(error instanceof EgressRefused)) return error;
  return new EgressRefused('The host redirects to an address that may not be called.');
}

/** Answers that have no body, whatever they say of its packing. */
function hasNoBody(method: string, status: number): boolean {
  return method === 'HEAD' || status === 204 || status === 304;
}

function tookTooLong({ totalMs }: CallLimits): CallFailed {
  return new CallFailed('call_timeout', `The call took longer than ${totalMs} ms.`);
}

function joined(headers: Dispatcher.ResponseData['headers']): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value = '']) => [name, typeof value === 'string' ? value : value.join(', ')]),
  );
}
