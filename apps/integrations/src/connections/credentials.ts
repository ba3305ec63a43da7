import { type Connection } from './connection.js';
import { type OAuthTokens } from './oauth-tokens.js';
import { secretForms } from './secrets.js';

/** What a call proves with who sends it. */
export interface Credentials {
  /** For the connection's own origin alone. */
  readonly headers: Readonly<Record<string, string>>;
  /** What must not be seen in an answer. */
  readonly secrets: readonly string[];
  /** Makes the next credentials other ones; undefined when they are always the same. */
  readonly renew?: () => Promise<void>;
}

/** @throws TemporaryError when a token is needed and there is none */
export async function credentialsOf(connection: Connection, tokens: OAuthTokens): Promise<Credentials> {
  const { authentication, secrets } = connection;
  switch (authentication.type) {
    case 'none':
      return { headers: {}, secrets };
    case 'fixed':
      return { headers: authentication.headers, secrets };
    case 'oauth2': {
      const token = await tokens.tokenFor(authentication.client);
      return {
        headers: { authorization: `Bearer ${token}` },
        secrets: [...secrets, ...secretForms(token)],
        renew: () => tokens.refused(authentication.client, token),
      };
    }
  }
}
