import { type OnApplicationShutdown } from '@nestjs/common';
import { TemporaryError } from '#libs/consumer';
import { decodeJson, isRecord } from '#libs/contracts';
import { type Outgoing } from '../outgoing/outgoing.js';
import { type OAuthClient } from './connection.js';

/** A token is renewed before it expires, so that none expires on its way. */
const MARGIN_MS = 30_000;
/** What a server means that does not say how long its token holds. */
const DEFAULT_LIFE_SECONDS = 300;

interface Token {
  readonly text: string;
  /** Milliseconds of the epoch. */
  readonly until: number;
}

/** Access tokens of connections, kept while they hold. However many calls need one, it is asked for once. */
export class OAuthTokens implements OnApplicationShutdown {
  readonly #tokens = new Map<OAuthClient, Promise<Token>>();
  readonly #ending = new AbortController();

  constructor(private readonly outgoing: Outgoing) {}

  /** @throws TemporaryError `authentication_failed` when the server gives none, or as the call to it failed */
  async tokenFor(client: OAuthClient): Promise<string> {
    const kept = this.#tokens.get(client);
    if (kept !== undefined) {
      const { text, until } = await kept;
      if (until > Date.now()) return text;
      await this.refused(client, text);
    }
    return (await (this.#tokens.get(client) ?? this.#asked(client))).text;
  }

  /** Lets go of a token that holds no longer; one that has come since stays. */
  async refused(client: OAuthClient, text: string): Promise<void> {
    const kept = this.#tokens.get(client);
    if ((await kept)?.text === text && this.#tokens.get(client) === kept) this.#tokens.delete(client);
  }

  onApplicationShutdown(): void {
    this.#ending.abort(new Error('The app ends.'));
  }

  #asked(client: OAuthClient): Promise<Token> {
    const asked = this.#ask(client);
    this.#tokens.set(client, asked);
    // Nobody is to wait for, or be given, what has failed.
    asked.catch(() => {
      if (this.#tokens.get(client) === asked) this.#tokens.delete(client);
    });
    return asked;
  }

  async #ask({ tokenUrl, clientId, clientSecret, scope, audience }: OAuthClient): Promise<Token> {
    const form = new URLSearchParams({ grant_type: 'client_credentials' });
    if (scope !== null) form.set('scope', scope);
    if (audience !== null) form.set('audience', audience);
    const pair = `${encodeURIComponent(clientId)}:${encodeURIComponent(clientSecret)}`;
    const { status, body } = await this.outgoing.exchange({
      ...{ method: 'POST', url: tokenUrl, body: form.toString(), signal: this.#ending.signal },
      headers: { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' },
      credentials: { authorization: `Basic ${Buffer.from(pair).toString('base64')}` },
    });
    const token = status === 200 ? tokenIn(body) : undefined;
    if (token !== undefined) return token;
    throw new TemporaryError('authentication_failed', `The token server gave no token, but answered ${status}.`);
  }
}

function tokenIn(body: Buffer): Token | undefined {
  const json = decodeJson(body);
  if (!json.ok || !isRecord(json.value)) return undefined;
  const { access_token: text, expires_in: seconds } = json.value;
  if (typeof text !== 'string' || !/^[\x21-\x7E]+$/.test(text)) return undefined;
  const life = typeof seconds === 'number' && seconds > 0 ? seconds : DEFAULT_LIFE_SECONDS;
  return { text, until: Date.now() + life * 1_000 - MARGIN_MS };
}
