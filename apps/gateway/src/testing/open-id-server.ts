import { createServer, type Server } from 'node:http';
import { type AddressInfo } from 'node:net';
import { Provider } from 'oidc-provider';

/** A gateway as the provider knows it. */
export interface OpenIdClient {
  readonly id: string;
  readonly secret: string;
  readonly redirectUri: string;
}

/** A real OpenID Connect provider on loopback. It believes whoever gives a name, and tells of them what `people` says. */
export class OpenIdServer {
  readonly people = new Map<string, Readonly<Record<string, unknown>>>();
  /** What the ID token tells as well; all else is told to who asks for it. */
  inIdToken: readonly string[] = [];
  /** Whether it tells more to who asks; else it answers with an error. */
  answersQuestions = true;
  readonly issuer: string;
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
    this.issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  static async start(client: OpenIdClient): Promise<OpenIdServer> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const started = new OpenIdServer(server);
    const answer = started.#providerFor(client).callback();
    server.on('request', (request, response) => void answer(request, response));
    return started;
  }

  stop(): Promise<void> {
    this.#server.closeAllConnections();
    return new Promise((resolve) => this.#server.close(() => resolve()));
  }

  /** Signs somebody in with a browser of their own. @returns where the provider leads to then */
  async signIn(address: string, { redirectUri }: OpenIdClient, name: string): Promise<string> {
    const cookies = new Map<string, string>();
    let step: Step = { url: address, form: undefined };
    while (!step.url.startsWith(redirectUri)) step = await taken(step, cookies, name);
    return step.url;
  }

  #providerFor({ id, secret, redirectUri }: OpenIdClient): Provider {
    return new Provider(this.issuer, {
      clients: [
        {
          ...{ client_id: id, client_secret: secret, token_endpoint_auth_method: 'client_secret_post' },
          redirect_uris: [redirectUri],
        },
      ],
      claims: { openid: ['sub'], profile: ['name', 'groups'], email: ['email'] },
      conformIdTokenClaims: false,
      cookies: { keys: ['a key of the tests'] },
      findAccount: (_, sub) => ({ accountId: sub, claims: (use) => ({ ...this.#toldOf(sub, use), sub }) }),
    });
  }

  #toldOf(sub: string, use: string): Readonly<Record<string, unknown>> {
    if (use === 'userinfo' && !this.answersQuestions) throw new Error('Nothing is told.');
    const all = Object.entries(this.people.get(sub) ?? {});
    return Object.fromEntries(all.filter(([claim]) => use === 'userinfo' || this.inIdToken.includes(claim)));
  }
}

/** What a browser asks for next: a page, or one that a form leads to. */
interface Step {
  readonly url: string;
  readonly form: URLSearchParams | undefined;
}

/** Follows a redirect, or fills in the form of the page and sends it. */
async function taken({ url, form }: Step, cookies: Map<string, string>, login: string): Promise<Step> {
  const headers = { cookie: [...cookies].map((pair) => pair.join('=')).join('; ') };
  const sent = form === undefined ? { headers } : { headers, method: 'POST', body: form };
  const answer = await fetch(url, { ...sent, redirect: 'manual' });
  keep(cookies, answer.headers.getSetCookie());
  const location = answer.headers.get('location');
  if (location !== null) return { url: new URL(location, url).href, form: undefined };
  const page = await answer.text();
  const [, action] = /<form[^>]* action="([^"]+)"/.exec(page) ?? [];
  const [, prompt] = /name="prompt" value="([a-z]+)"/.exec(page) ?? [];
  if (action === undefined || prompt === undefined) throw new Error(`The provider answered ${answer.status}: ${page}`);
  return { url: new URL(action, url).href, form: new URLSearchParams({ prompt, login, password: 'any' }) };
}

function keep(cookies: Map<string, string>, set: readonly string[]): void {
  for (const cookie of set) {
    const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(cookie) ?? [];
    cookies.set(name, value);
  }
}
