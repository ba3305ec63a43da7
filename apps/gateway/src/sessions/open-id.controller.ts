import { Controller, Get, Inject, Req, Res } from '@nestjs/common';
import { type FastifyReply, type FastifyRequest } from 'fastify';
import { Public } from '#libs/observability';
import { Problem } from '../http/problem.js';
import { Described } from '../openapi/described.js';
import { OPEN_ID } from '../tokens.js';
import { type Leading, OpenIdSignIn } from './open-id-sign-in.js';

const ROUTE = { status: 302, secured: false, problems: [404] } as const;

/** Signing in to the dashboard at an OpenID Connect provider. */
@Controller('v1/session')
export class OpenIdController {
  constructor(@Inject(OPEN_ID) private readonly signIn: OpenIdSignIn | null) {}

  @Get('ways')
  @Public()
  @Described({
    summary: 'Show how people may sign in, beside with an API key',
    status: 200,
    answer: 'WaysToSignIn',
    secured: false,
  })
  ways(): { readonly openIdConnect: boolean } {
    return { openIdConnect: this.signIn !== null };
  }

  @Get('openid')
  @Public()
  @Described({
    summary: 'Go to the OpenID Connect provider to sign in',
    query: { page: 'The path of the page that is shown then.' },
    ...ROUTE,
  })
  async begin(@Req() { url }: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    await lead(reply, await this.#there().begin(queryOf(url)));
  }

  @Get('openid/callback')
  @Public()
  @Described({
    summary: 'Come back from the OpenID Connect provider',
    description:
      'The redirect URI. It leads on to the dashboard, with the cookie of a session or with what went wrong.',
    ...ROUTE,
  })
  async finish(@Req() { url, headers }: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    await lead(reply, await this.#there().finish(queryOf(url), headers.cookie));
  }

  #there(): OpenIdSignIn {
    if (this.signIn === null) throw new Problem(404, 'Nobody signs in here by OpenID Connect: OIDC_ISSUER is not set.');
    return this.signIn;
  }
}

async function lead(reply: FastifyReply, { url, cookies }: Leading): Promise<void> {
  await reply.header('cache-control', 'no-store').header('set-cookie', cookies).redirect(url, 302);
}

function queryOf(url: string): URLSearchParams {
  return new URL(url, 'http://gateway').searchParams;
}
