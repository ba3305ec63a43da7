import { randomBytes } from 'node:crypto';
import { type FastifyRequest } from 'fastify';
import { uuidv7 } from 'uuidv7';
import { digestOf } from '../api-keys/api-key-text.js';
import { type Authenticator, callerOf } from '../api-keys/authenticator.js';
import { type Caller, may } from '../api-keys/caller.js';
import { Problem, unauthenticated } from '../http/problem.js';
import { type ActionStore } from '../ledger/action-store.js';
import { type ApiKeyRecord, type ApiKeyStore } from '../ledger/api-key.store.js';
import { type SessionStore } from '../ledger/session-store.js';
import { type Admission } from '../limits/admission.js';
import { requireOwnPage } from './own-page.js';
import { SESSION_LIFETIME_MS, SessionCookie } from './session-cookie.js';

/** What ends a session elsewhere is in force here within this time. */
const TRUSTED_FOR_MS = 2_000;
const MAX_REMEMBERED = 10_000;

interface Remembered {
  readonly caller: Caller;
  readonly trustedUntil: number;
}

interface Parts {
  readonly authenticator: Pick<Authenticator, 'authenticate'>;
  readonly admission: Pick<Admission, 'request'>;
  readonly keys: Pick<ApiKeyStore, 'noteUse'>;
  readonly store: SessionStore;
  readonly actions: Pick<ActionStore, 'begin' | 'end'>;
  readonly publicUrl: string;
}

/** A session, as the `Set-Cookie` header that opens it, and who it is. */
export interface OpenedSession {
  readonly cookie: string;
  readonly caller: Caller;
}

/** Sessions of people in the dashboard: a cookie in the place of a key. */
export class Sessions {
  readonly #parts: Parts;
  readonly #cookie: SessionCookie;
  readonly #origin: string;
  readonly #remembered = new Map<string, Remembered>();

  constructor(parts: Parts) {
    this.#parts = parts;
    this.#cookie = new SessionCookie(parts.publicUrl);
    this.#origin = new URL(parts.publicUrl).origin;
  }

  /** Whether a request is to be judged by its cookie: it has one, and no key. */
  speaksFor({ headers }: FastifyRequest): boolean {
    return headers.authorization === undefined && this.#cookie.tokenIn(headers.cookie) !== undefined;
  }

  /**
   * The holder of the session that a request's cookie names.
   * @throws Problem 401 when it is over, 403 for a change that another page has asked for
   */
  async authenticate(request: FastifyRequest): Promise<Caller> {
    requireOwnPage(request, this.#origin);
    const digest = digestOf(this.#cookie.tokenIn(request.headers.cookie) ?? '');
    const memo = digest.toString('base64');
    const known = this.#remembered.get(memo);
    if (known !== undefined && known.trustedUntil > Date.now()) return known.caller;
    const session = await this.#parts.store.find(digest);
    this.#remembered.delete(memo);
    if (session === undefined) throw unauthenticated('The session is over. Sign in again.');
    const { key, expiresAt } = session;
    const caller = { ...callerOf(key), session: { expiresAt } };
    this.#remember(memo, caller);
    this.#parts.keys.noteUse(key.id).catch(() => undefined);
    return caller;
  }

  /**
   * Opens a session for the holder of a key.
   * @throws Problem 401 for a key that is not in force, 403 for one that may see nothing, 429 after too many tries, or when the
   *   key makes too many requests
   */
  async open(apiKey: string, request: FastifyRequest): Promise<OpenedSession> {
    requireOwnPage(request, this.#origin);
    const text = apiKey.trim();
    const caller = await this.#parts.authenticator.authenticate(`Bearer ${text}`, request.ip);
    if (!may(caller, 'jobs:read')) throw new Problem(403, 'The API key lacks the scope jobs:read.');
    await this.#parts.admission.request(caller);
    return this.#opened(caller, digestOf(text), 'POST /v1/session');
  }

  /** Opens a session for who has signed in elsewhere. @param route by which they came */
  async openFor(key: ApiKeyRecord, route: string): Promise<OpenedSession> {
    return this.#opened(callerOf(key), key.digest, route);
  }

  /**
   * Ends the session of a request, if it has one: here at once, on other gateways as soon as they look again.
   * @returns the `Set-Cookie` header that makes the browser forget it
   */
  async end(request: FastifyRequest): Promise<string> {
    requireOwnPage(request, this.#origin);
    const token = this.#cookie.tokenIn(request.headers.cookie);
    if (token !== undefined) {
      const digest = digestOf(token);
      this.#remembered.delete(digest.toString('base64'));
      await this.#parts.store.end(digest);
    }
    return this.#cookie.closing();
  }

  async #opened(caller: Caller, keyDigest: Buffer, route: string): Promise<OpenedSession> {
    const { apiKeyId } = caller;
    const token = randomBytes(32).toString('base64url');
    const opened = { digest: digestOf(token), apiKeyId, keyDigest, lifetimeMs: SESSION_LIFETIME_MS };
    const { expiresAt } = await this.#parts.store.open(opened);
    await this.#enter(caller, route);
    return { cookie: this.#cookie.opening(token), caller: { ...caller, session: { expiresAt } } };
  }

  /** Whoever signs in is nobody before, so this is not entered with the other actions. */
  async #enter({ apiKeyId, tenant }: Caller, signIn: string): Promise<void> {
    const id = uuidv7();
    const [method = '', route = ''] = signIn.split(' ');
    await this.#parts.actions.begin({ id, apiKeyId, tenant, bySession: true, method, route, object: null });
    await this.#parts.actions.end(id, 201, null);
  }

  #remember(memo: string, caller: Caller): void {
    const [oldest] = this.#remembered.keys();
    if (this.#remembered.size >= MAX_REMEMBERED && oldest !== undefined) this.#remembered.delete(oldest);
    this.#remembered.set(memo, { caller, trustedUntil: Date.now() + TRUSTED_FOR_MS });
  }
}
