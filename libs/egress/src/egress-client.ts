import { Agent, type Dispatcher } from 'undici';
import { answerBody } from './answer-body.js';
import { type AnswerHead, type TakingTerms } from './answer-head.js';
import { type Answer, type Call, type CallLimits, type Passage, type WholeAnswer } from './call.js';
import { inCallSpan } from './call-span.js';
import { CallUnderWay } from './call-under-way.js';
import { EgressPolicy } from './egress-policy.js';
import { EgressRefused } from './errors.js';
import { guardedConnector, type Resolve, systemResolve } from './guarded-connector.js';
import { ACCEPTED, unpacked } from './packing.js';
import { redirectTarget } from './redirect.js';
import { requestBody } from './request-body.js';
import { takeStream } from './take-stream.js';
import { takeWhole } from './take-whole.js';

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
}

/** One hop of a call. */
interface Hop {
  readonly url: URL;
  readonly isRedirect: boolean;
  readonly headers: Readonly<Record<string, string>>;
}

/** Sends a request, and takes its answer in one way or another. */
type Take<T> = (dispatcher: Dispatcher, request: Dispatcher.DispatchOptions, terms: TakingTerms) => Promise<T>;

/** Calls the servers of other people, under the egress policy and within limits at every stage. Keeps connections for the next calls. */
export class EgressClient {
  readonly #policy: EgressPolicy;
  readonly #resolve: Resolve;
  /** By what their connections may take to be made: as many as there are connections that say so. */
  readonly #agents = new Map<string, Agent>();
  readonly #userAgent: string;

  constructor({ allow, userAgent, resolve = systemResolve }: EgressOptions) {
    this.#policy = new EgressPolicy(allow);
    this.#userAgent = userAgent;
    this.#resolve = resolve;
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
   * @param passage when it has been let pass already: its URL is not checked a second time
   * @throws EgressRefused when the policy refuses its address, or one that it is redirected to
   * @throws CallFailed when there is no answer
   * @throws the error of its body when that cannot be read
   * @throws the reason of its signal when that aborts
   */
  send(call: Call, passage?: Passage): Promise<Answer> {
    return inCallSpan(call, (traced) => this.#send(traced, passage));
  }

  async #send(call: Call, passage: Passage | undefined): Promise<Answer> {
    const underWay = new CallUnderWay(call, passage);
    try {
      const taken = await this.#followed(underWay, takeStream);
      const { status, headers, raw } = taken;
      const { maxBytes } = underWay.limits;
      const body = answerBody(raw, encodingOf(call, taken), { maxBytes, explain: (error) => underWay.explain(error) });
      body.once('close', () => {
        underWay.letGo();
      });
      return { status, headers, body };
    } catch (error) {
      underWay.giveUp();
      throw error;
    }
  }

  /**
   * Sends a call and resolves with its answer, whole.
   * @param passage as of `send`
   * @throws as `send`, and AnswerTooLarge
   */
  exchange(call: Call, passage?: Passage): Promise<WholeAnswer> {
    return inCallSpan(call, (traced) => this.#exchange(traced, passage));
  }

  async #exchange(call: Call, passage: Passage | undefined): Promise<WholeAnswer> {
    const underWay = new CallUnderWay(call, passage);
    try {
      const taken = await this.#followed(underWay, takeWhole);
      const { status, headers, bytes } = taken;
      const encoding = encodingOf(call, taken);
      const body = encoding === '' ? bytes : await this.#unpacked(bytes, encoding, underWay);
      underWay.letGo();
      return { status, headers, body };
    } catch (error) {
      underWay.giveUp();
      throw error;
    }
  }

  /** Ends all connections, those in use too. */
  async close(): Promise<void> {
    await Promise.all([...this.#agents.values()].map((agent) => agent.destroy()));
  }

  #agentFor({ connectMs, tlsMs }: CallLimits): Agent {
    const name = `${connectMs}/${tlsMs}`;
    const known = this.#agents.get(name);
    if (known !== undefined) return known;
    const agent = new Agent({
      connect: guardedConnector({ policy: this.#policy, resolve: this.#resolve, connectMs, tlsMs }),
      maxHeaderSize: LARGEST_HEAD,
      keepAliveTimeout: KEPT_MS,
      keepAliveMaxTimeout: KEPT_MS,
    });
    this.#agents.set(name, agent);
    return agent;
  }

  async #followed<T extends AnswerHead>(underWay: CallUnderWay, take: Take<T>): Promise<T> {
    const { call } = underWay;
    const { redirects = 0 } = call;
    let hop = this.#firstHop(underWay);
    for (let hops = 0; ; hops += 1) {
      const answer = await this.#taken(underWay, hop, take);
      const target = targetOf(call, hop, answer);
      if (target === undefined) return answer;
      if (hops === redirects) throw new EgressRefused(`The host redirects more than ${redirects} times.`);
      hop = this.#nextHop(call, hop, target);
    }
  }

  async #unpacked(bytes: Buffer, encoding: string, underWay: CallUnderWay): Promise<Buffer> {
    try {
      return await unpacked(bytes, encoding, underWay.limits.maxBytes);
    } catch (error) {
      throw underWay.explain(error);
    }
  }

  #firstHop({ call, passage }: CallUnderWay): Hop {
    const url = passage?.url ?? this.#policy.checked(call.url);
    const about = { 'user-agent': this.#userAgent, 'accept-encoding': ACCEPTED };
    // Not by several spreads: they give each object a shape of its own, which undici is slow to read and which lives long.
    const headers = Object.assign(about, call.headers, call.credentials);
    return { url, isRedirect: false, headers };
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

  async #taken<T>(underWay: CallUnderWay, hop: Hop, take: Take<T>): Promise<T> {
    const { call, passage, limits, ending } = underWay;
    const { url, headers, isRedirect } = hop;
    // One literal, for the same reason as the headers are no several spreads.
    const request = {
      origin: url.origin,
      path: `${url.pathname}${url.search}`,
      method: call.method,
      headers,
      body: requestBody(call),
      headersTimeout: limits.headersMs,
      bodyTimeout: limits.idleMs,
    };
    const wantsBody = (head: AnswerHead): boolean => {
      const isLast = targetOf(call, hop, head) === undefined;
      if (isLast) passage?.answered();
      return isLast;
    };
    try {
      return await take(this.#agentFor(limits), request, { ending, maxBytes: limits.maxBytes, wantsBody });
    } catch (error) {
      const explained = underWay.explain(error);
      throw isRedirect ? redirectRefused(explained) : explained;
    }
  }
}

/** Where an answer sends the call on to; undefined when it is the last. */
function targetOf(
  { method, body, redirects = 0 }: Call,
  { url }: Hop,
  { status, headers }: AnswerHead,
): string | undefined {
  // What is sent with a call is for who was called, and may have been read by then.
  const isFollowed = redirects > 0 && body === undefined;
  return isFollowed ? redirectTarget(method, status, headers['location'] ?? '', url) : undefined;
}

/** How an answer says that its body is packed. Some have none, whatever they say. */
function encodingOf({ method }: Call, { status, headers }: AnswerHead): string {
  const hasNoBody = method === 'HEAD' || status === 204 || status === 304;
  return hasNoBody ? '' : (headers['content-encoding'] ?? '');
}

/** Where a host redirects to stands in no error: it may have put there what it was sent. */
function redirectRefused(error: unknown): unknown {
  if (!(error instanceof EgressRefused)) return error;
  return new EgressRefused('The host redirects to an address that may not be called.');
}
