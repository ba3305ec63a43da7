import { Controller, Delete, Get, HttpCode, Param, Patch, Post, Query, Res } from '@nestjs/common';
import { type FastifyReply } from 'fastify';
import { LIMITS } from '#libs/contracts';
import { type Caller, CurrentCaller, RequireScope } from '../api-keys/caller.js';
import { changedOrConflict } from '../http/changed-or-conflict.js';
import { JsonBody } from '../http/json-body.js';
import { readListQuery } from '../http/list-query.js';
import { type Page, pageOf } from '../http/page.js';
import { conflict, invalid } from '../http/problem.js';
import { visible } from '../http/visible.js';
import { JobIntake } from '../jobs/job-intake.js';
import { type EndpointDefinition, type EndpointRecord } from '../ledger/webhook-endpoint-row.js';
import { WebhookEndpointStore } from '../ledger/webhook-endpoint-store.js';
import { Described, paged } from '../openapi/described.js';
import { ENDPOINT_EXAMPLES } from '../openapi/request-examples.js';
import { EndpointRemoval } from './endpoint-removal.js';
import { changedEndpoint, ENDPOINT_CHANGE_SCHEMA, ENDPOINT_SCHEMA, readEndpoint } from './endpoint-request.js';
import { type ShownEndpoint, shownEndpoint } from './endpoint-view.js';
import { SecretKeeper } from './secret-keeper.js';
import { type ShownSecret } from './webhook-secret.controller.js';

@Controller('v1/webhook-endpoints')
export class WebhookEndpointsController {
  constructor(
    private readonly endpoints: WebhookEndpointStore,
    private readonly intake: JobIntake,
    private readonly keeper: SecretKeeper,
    private readonly removal: EndpointRemoval,
  ) {}

  @Post()
  @Described({
    summary: 'Create a webhook endpoint',
    description:
      'From now on a signed webhook goes to it when a job of your tenant ends that it wants to hear of. The answer has its ' +
      'secret; later `GET …/secret` shows it.',
    body: ENDPOINT_SCHEMA,
    examples: ENDPOINT_EXAMPLES,
    status: 201,
    answer: 'NewWebhookEndpoint',
    problems: [400, 409, 413, 415, 422],
  })
  @RequireScope('jobs:write')
  async create(
    @JsonBody() body: unknown,
    @CurrentCaller() { tenant }: Caller,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ShownEndpoint & ShownSecret> {
    const definition = readEndpoint(body);
    await this.#checkUrl(definition);
    const endpoint = await this.endpoints.create(tenant, definition);
    if (endpoint === undefined) {
      const most = `A tenant has at most ${LIMITS.webhookEndpoints} webhook endpoints.`;
      throw conflict('too_many_endpoints', most);
    }
    reply.header('location', `/v1/webhook-endpoints/${endpoint.id}`);
    return { ...shownEndpoint(endpoint), secret: await this.keeper.secrets.current(ownerOf(endpoint)) };
  }

  @Get()
  @Described({
    summary: 'List webhook endpoints, newest first',
    query: paged({ tenant: 'With an admin key: endpoints of this tenant.' }),
    status: 200,
    answer: 'WebhookEndpointPage',
    problems: [422],
  })
  @RequireScope('jobs:read')
  async list(@Query() query: unknown, @CurrentCaller() caller: Caller): Promise<Page<ShownEndpoint>> {
    const { tenant, page } = readListQuery(query, caller);
    const rows = await this.endpoints.list(tenant, { limit: page.limit + 1, after: page.after });
    return pageOf(rows, page.limit, ({ id }) => id, shownEndpoint);
  }

  @Get(':id')
  @Described({ summary: 'Show a webhook endpoint', status: 200, answer: 'WebhookEndpoint', problems: [404] })
  @RequireScope('jobs:read')
  async show(@Param('id') id: string, @CurrentCaller() caller: Caller): Promise<ShownEndpoint> {
    return shownEndpoint(await visible('webhook endpoint', this.endpoints, id, caller));
  }

  @Patch(':id')
  @Described({
    summary: 'Change a webhook endpoint',
    description:
      'It counts for ends that come from now on; deliveries that are under way stay as they are. Enabling it again ends that ' +
      'it was disabled.',
    body: ENDPOINT_CHANGE_SCHEMA,
    status: 200,
    answer: 'WebhookEndpoint',
    problems: [400, 404, 409, 413, 415, 422],
  })
  @RequireScope('jobs:write')
  async change(
    @Param('id') id: string,
    @JsonBody() change: unknown,
    @CurrentCaller() caller: Caller,
  ): Promise<ShownEndpoint> {
    const changed = await changedOrConflict('webhook endpoint', async () => {
      const known = await visible('webhook endpoint', this.endpoints, id, caller);
      const definition = changedEndpoint(known, change);
      // One that is there already may be told less, whatever is permitted by now.
      if (definition.url !== known.url) await this.#checkUrl(definition);
      return this.endpoints.replace(known, definition);
    });
    return shownEndpoint(changed);
  }

  @Delete(':id')
  @Described({
    summary: 'Delete a webhook endpoint and the list of its deliveries',
    description: 'Deliveries that are not over are cancelled. The jobs that delivered stay.',
    status: 204,
    problems: [404],
  })
  @HttpCode(204)
  @RequireScope('jobs:write')
  async remove(@Param('id') id: string, @CurrentCaller() caller: Caller): Promise<void> {
    await this.removal.remove(await visible('webhook endpoint', this.endpoints, id, caller));
  }

  @Get(':id/secret')
  @Described({
    summary: 'Show the secret that webhooks to an endpoint are signed with',
    status: 200,
    answer: 'WebhookSecret',
    problems: [404],
  })
  @RequireScope('admin')
  async secret(@Param('id') id: string, @CurrentCaller() caller: Caller): Promise<ShownSecret> {
    const endpoint = await visible('webhook endpoint', this.endpoints, id, caller);
    return { secret: await this.keeper.secrets.current(ownerOf(endpoint)) };
  }

  @Post(':id/secret/rotate')
  @Described({
    summary: 'Give an endpoint another secret; the one before it signs as well for a day',
    status: 200,
    answer: 'WebhookSecret',
    problems: [404],
  })
  @HttpCode(200)
  @RequireScope('admin')
  async rotate(@Param('id') id: string, @CurrentCaller() caller: Caller): Promise<ShownSecret> {
    const endpoint = await visible('webhook endpoint', this.endpoints, id, caller);
    return { secret: await this.keeper.secrets.rotate(ownerOf(endpoint)) };
  }

  async #checkUrl({ url }: EndpointDefinition): Promise<void> {
    const errors = await this.intake.webhookErrors(url, 'url');
    if (errors.length > 0) throw invalid(errors);
  }
}

function ownerOf({ tenant, id: endpoint }: EndpointRecord): { readonly tenant: string; readonly endpoint: string } {
  return { tenant, endpoint };
}
