import { Readable } from 'node:stream';
import { TemporaryError } from '#libs/consumer';
import { type Call } from '#libs/egress';
import { type Outgoing, type WholeAnswer } from '../outgoing/outgoing.js';
import { addressWithin } from './address-within.js';
import { type Connection } from './connection.js';
import { type Credentials, credentialsOf } from './credentials.js';
import { type OAuthTokens } from './oauth-tokens.js';
import { scrubbed } from './scrub.js';

const UNAUTHORIZED = 401;

/** A call through a connection: its URL lies within it, as whoever made it has checked. */
export type ConnectionCall = Omit<Call, 'credentials' | 'limits' | 'beforeRedirect'>;

/** Calls through connections: with their headers, credentials and limits, and without their secrets in what comes back. */
export class ConnectionCalls {
  constructor(
    private readonly outgoing: Outgoing,
    private readonly tokens: OAuthTokens,
  ) {}

  /**
   * Sends a call, and once more with a new token when the host has refused a kept one.
   * @throws TemporaryError `token_refused` when the call cannot be sent again, and as `Outgoing.exchange`
   */
  async exchange(connection: Connection, call: ConnectionCall): Promise<WholeAnswer> {
    const credentials = await credentialsOf(connection, this.tokens);
    const answer = await this.#sent(connection, call, credentials);
    if (answer.status !== UNAUTHORIZED || credentials.renew === undefined) return answer;
    await credentials.renew();
    if (call.body instanceof Readable) throw new TemporaryError('token_refused', 'The host refused the access token.');
    return this.#sent(connection, call, await credentialsOf(connection, this.tokens));
  }

  async #sent(connection: Connection, call: ConnectionCall, { headers, secrets }: Credentials): Promise<WholeAnswer> {
    const origin = new URL(connection.baseUrl).origin;
    const answer = await this.outgoing.exchange({
      ...call,
      headers: { ...call.headers, ...connection.headers },
      credentials: headers,
      limits: connection.limits,
      beforeRedirect: (to) => {
        if (to.origin === origin) addressWithin(connection, call.method, to.href);
      },
    });
    return { ...answer, body: scrubbed(answer.body, secrets) };
  }
}
