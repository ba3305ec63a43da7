import { Controller, Delete, Get, HttpCode, Post, Req, Res } from '@nestjs/common';
import { type FastifyReply, type FastifyRequest } from 'fastify';
import { Public } from '#libs/observability';
import { type Caller, CurrentCaller, OpenWithoutContents, RequireScope } from '../api-keys/caller.js';
import { BodySchema } from '../http/body-schema.js';
import { JsonBody } from '../http/json-body.js';
import { missing } from '../http/problem.js';
import { ApiKeyStore } from '../ledger/api-key.store.js';
import { Described } from '../openapi/described.js';
import { OWN_PAGE_HEADER } from './own-page.js';
import { Sessions } from './sessions.js';

const MAX_KEY = 512;

const SIGN_IN = new BodySchema<{ readonly apiKey: string }>({
  type: 'object',
  additionalProperties: false,
  required: ['apiKey'],
  properties: { apiKey: { type: 'string', minLength: 1, maxLength: MAX_KEY } },
});

const HEADERS = { [OWN_PAGE_HEADER]: 'Any value: says that a page of the gateway itself asks.' };

/** Who is signed in, as the dashboard shows it. */
interface ShownSession {
  readonly name: string;
  readonly tenant: string;
  readonly scopes: readonly string[];
  /** Null of a caller with a key. */
  readonly expiresAt: string | null;
}

/** Signing in to the dashboard, and out. */
@Controller('v1/session')
export class SessionsController {
  constructor(
    private readonly sessions: Sessions,
    private readonly keys: ApiKeyStore,
  ) {}

  @Post()
  @Public()
  @Described({
    summary: 'Sign in: exchange an API key for a session cookie',
    description:
      'The cookie is good for 12 hours in the place of the key, wherever a key is taken. It ends within 5 s of the key’s revocation. ' +
      'A change that is asked for with it needs the header as well.',
    headers: HEADERS,
    body: SIGN_IN.schema,
    status: 201,
    answer: 'Session',
    secured: false,
    problems: [400, 401, 403, 413, 415, 422, 429],
  })
  async open(
    @JsonBody() body: unknown,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ShownSession> {
    const { cookie, caller } = await this.sessions.open(SIGN_IN.read(body).apiKey, request);
    reply.header('set-cookie', cookie);
    return this.show(caller);
  }

  @Get()
  @RequireScope('jobs:read')
  @OpenWithoutContents()
  @Described({ summary: 'Show who is signed in, and what they may do', status: 200, answer: 'Session' })
  async show(@CurrentCaller() { apiKeyId, tenant, scopes, session }: Caller): Promise<ShownSession> {
    const key = await this.keys.find(apiKeyId);
    if (key === undefined) throw missing('API key', apiKeyId);
    return { name: key.name, tenant, scopes, expiresAt: session?.expiresAt.toISOString() ?? null };
  }

  @Delete()
  @Public()
  @HttpCode(204)
  @Described({
    summary: 'Sign out: end the session of the cookie',
    headers: HEADERS,
    status: 204,
    secured: false,
    problems: [403],
  })
  async end(@Req() request: FastifyRequest, @Res({ passthrough: true }) reply: FastifyReply): Promise<void> {
    reply.header('set-cookie', await this.sessions.end(request));
  }
}
