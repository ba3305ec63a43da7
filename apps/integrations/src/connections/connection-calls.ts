import { Readable } from 'node:stream';
import { TemporaryError } from '#libs/consumer';
import { type Answer, type WholeAnswer } from '#libs/egress';
import { type Judged, type Outgoing, type OutgoingCall } from '../outgoing/outgoing.js';
import { addressWithin } from './address-within.js';
import { type Connection } from './connection.js';
import { type Credentials, credentialsOf } from './credentials.js';
import { type OAuthTokens } from './oauth-tokens.js';
import { scrubbed, scrubbedHeaders } from './scrub.js';
import { withoutSecrets } from './secret-guard.js';

const UNAUTHORIZED = 401;

/** A call through a connection: its URL lies within it, as whoever made it has checked. */
export type ConnectionCall = Omit<OutgoingCall, 'credentials' | 'beforeRedirect' | 'dependency'>;

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
  async exchange(connection: Connection, call: ConnectionCall): Promise<Judged<WholeAnswer>> {
    const { answer, secrets } = await this.#authenticated(connection, call, (sent) => this.outgoing.exchange(sent));
    const headers = scrubbedHeaders(answer.headers, secrets);
    return { ...answer, headers, body: scrubbed(answer.body, secrets) };
  }

  /**
   * As `exchange`, with an answer that is read as it comes.
   * What comes may be a file, whose bytes cannot be others: one with a secret in it is cut off by `secret_in_answer`.
   */
  async open(connection: Connection, call: ConnectionCall): Promise<Judged<Answer>> {
    const { answer, secrets } = await this.#authenticated(connection, call, (sent) => this.outgoing.open(sent));
    const headers = scrubbedHeaders(answer.headers, secrets);
    return { ...answer, headers, body: withoutSecrets(answer.body, secrets) };
  }

  async #authenticated<A extends WholeAnswer | Answer>(
    connection: Connection,
    call: ConnectionCall,
    send: (call: OutgoingCall) => Promise<A>,
  ): Promise<{ readonly answer: A; readonly secrets: readonly string[] }> {
    const credentials = await credentialsOf(connection, this.tokens);
    const answer = await send(asSent(connection, call, credentials));
    const { secrets } = credentials;
    if (answer.status !== UNAUTHORIZED || credentials.renew === undefined) return { answer, secrets };
    if (answer.body instanceof Readable) answer.body.destroy();
    await credentials.renew();
    if (call.body instanceof Readable) throw new TemporaryError('token_refused', 'The host refused the access token.');
    const renewed = await credentialsOf(connection, this.tokens);
    return { answer: await send(asSent(connection, call, renewed)), secrets: renewed.secrets };
  }
}

function asSent(connection: Connection, call: ConnectionCall, { headers }: Credentials): OutgoingCall {
  const origin = new URL(connection.baseUrl).origin;
  return {
    ...call,
    dependency: connection.name,
    headers: { ...call.headers, ...connection.headers },
    credentials: headers,
    limits: { ...connection.limits, ...call.limits },
    beforeRedirect: (to) => {
      if (to.origin === origin) addressWithin(connection, call.method, to.href);
    },
  };
}
