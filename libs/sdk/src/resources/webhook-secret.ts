import { type Http } from '../http/http.js';
import { type CallOptions } from '../options.js';

/** What the webhooks of your tenant are signed with that go to no endpoint, such as those to a `callbackUrl`. Needs an admin key. */
export class WebhookSecret {
  readonly #http: Http;

  /** @internal */
  constructor(http: Http) {
    this.#http = http;
  }

  /** Shows it: `whsec_` and base64. @throws NotFoundError when there are no webhooks */
  async get(options?: CallOptions): Promise<string> {
    return (await this.#http.json<{ readonly secret: string }>({ method: 'GET', path: '/v1/webhook-secret', options }))
      .secret;
  }

  /** Gives your tenant another; the one before it signs as well for a day. */
  async rotate(options?: CallOptions): Promise<string> {
    const path = '/v1/webhook-secret/rotate';
    return (await this.#http.json<{ readonly secret: string }>({ method: 'POST', path, options })).secret;
  }
}
