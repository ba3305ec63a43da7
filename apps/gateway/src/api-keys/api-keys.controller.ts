import { Controller, Delete, Get, HttpCode, Param, Patch, Post, Query } from '@nestjs/common';
import { uuidv7 } from 'uuidv7';
import { pathId, readId } from '../http/ids.js';
import { JsonBody } from '../http/json-body.js';
import { type Page, pageOf, readPageRequest } from '../http/page.js';
import { conflict, missing } from '../http/problem.js';
import { QueryReader } from '../http/query.js';
import { Described, paged } from '../openapi/described.js';
import { API_KEY_EXAMPLES } from '../openapi/request-examples.js';
import { type ApiKeyRecord, ApiKeyStore } from '../ledger/api-key.store.js';
import { type KeyLimits } from '../ledger/limits.js';
import { digestOf, hintOf, newApiKey } from './api-key-text.js';
import { API_KEY_CHANGE, API_KEY_REQUEST, readApiKeyRequest } from './api-key-request.js';
import { Authenticator, CONFIGURED_KEY_ID } from './authenticator.js';
import { RequireScope } from './caller.js';

/** An API key as it is shown: the secret only in the answer that creates it. */
interface ShownApiKey extends KeyLimits {
  readonly id: string;
  readonly name: string;
  readonly tenant: string;
  readonly scopes: readonly string[];
  /** The last characters of the secret. */
  readonly hint: string;
  /** Set by `ADMIN_API_KEY`: it goes with the setting, and is not revoked here. */
  readonly isConfigured: boolean;
  readonly createdAt: string;
  readonly lastUsedAt: string | null;
}

@Controller('v1/api-keys')
@RequireScope('admin')
export class ApiKeysController {
  constructor(
    private readonly keys: ApiKeyStore,
    private readonly authenticator: Authenticator,
  ) {}

  @Post()
  @Described({
    summary: 'Create an API key',
    body: API_KEY_REQUEST.schema,
    examples: API_KEY_EXAMPLES,
    status: 201,
    answer: 'NewApiKey',
    problems: [400, 413, 415, 422],
  })
  async create(@JsonBody() body: unknown): Promise<ShownApiKey & { readonly secret: string }> {
    const request = readApiKeyRequest(body);
    const { keyId, text } = newApiKey();
    const digest = digestOf(text);
    const record = await this.keys.create({ ...request, id: uuidv7(), keyId, digest, hint: hintOf(text) });
    return { ...shown(record), secret: text };
  }

  @Get()
  @Described({
    summary: 'List the API keys in force',
    query: paged({ tenant: 'Keys of this tenant.' }),
    status: 200,
    answer: 'ApiKeyPage',
    problems: [422],
  })
  async list(@Query() parameters: unknown): Promise<Page<ShownApiKey>> {
    const query = new QueryReader(parameters);
    const tenant = query.text('tenant') ?? null;
    const { limit, after } = readPageRequest(query, readId);
    query.done();
    const rows = await this.keys.list(tenant, { limit: limit + 1, after });
    return pageOf(rows, limit, ({ id }) => id, shown);
  }

  @Patch(':id')
  @Described({
    summary: 'Change the name or the limits of an API key',
    description: 'In force everywhere within 5 s. Null takes a limit away.',
    body: API_KEY_CHANGE.schema,
    status: 200,
    answer: 'ApiKey',
    problems: [400, 404, 413, 415, 422],
  })
  async change(@Param('id') id: string, @JsonBody() body: unknown): Promise<ShownApiKey> {
    const record = await this.keys.change(pathId('API key', id), API_KEY_CHANGE.read(body));
    if (record === undefined) throw missing('API key', id);
    this.authenticator.forget(record.keyId);
    return shown(record);
  }

  @Delete(':id')
  @Described({ summary: 'Revoke an API key, everywhere within 5 s', status: 204, problems: [404, 409] })
  @HttpCode(204)
  async revoke(@Param('id') id: string): Promise<void> {
    const record = await this.keys.find(pathId('API key', id));
    if (record === undefined) throw missing('API key', id);
    if (isConfigured(record)) {
      throw conflict(
        'configured_key',
        'This key is set by ADMIN_API_KEY. Change or remove that setting and start the gateway again.',
      );
    }
    await this.keys.revoke(id);
    this.authenticator.forget(record.keyId);
  }
}

function isConfigured({ keyId }: ApiKeyRecord): boolean {
  return keyId === CONFIGURED_KEY_ID;
}

function shown(record: ApiKeyRecord): ShownApiKey {
  return {
    id: record.id,
    name: record.name,
    tenant: record.tenant,
    scopes: record.scopes,
    requestsPerSecond: record.requestsPerSecond,
    maxOpenJobs: record.maxOpenJobs,
    maxPriority: record.maxPriority,
    hint: record.hint,
    isConfigured: isConfigured(record),
    createdAt: record.createdAt.toISOString(),
    lastUsedAt: record.lastUsedAt?.toISOString() ?? null,
  };
}
