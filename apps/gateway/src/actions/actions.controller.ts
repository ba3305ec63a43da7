import { Controller, Get, Query } from '@nestjs/common';
import { RequireScope } from '../api-keys/caller.js';
import { readId } from '../http/ids.js';
import { type Page, pageOf, readPageRequest } from '../http/page.js';
import { QueryReader } from '../http/query.js';
import { type ActionRecord, ActionStore } from '../ledger/action-store.js';
import { Described, paged } from '../openapi/described.js';

/** An action as it is shown. */
interface ShownAction {
  readonly id: string;
  readonly at: string;
  readonly tenant: string;
  readonly key: { readonly id: string; readonly name: string };
  readonly via: 'session' | 'key';
  readonly method: string;
  readonly route: string;
  readonly object: string | null;
  readonly status: number | null;
}

/** Who has changed what. */
@Controller('v1/actions')
@RequireScope('admin')
export class ActionsController {
  constructor(private readonly actions: ActionStore) {}

  @Get()
  @Described({
    summary: 'List who has changed what, newest first',
    description:
      'Every call that changes something, of keys and of sessions. What services send all day long (jobs, batches, events and ' +
      'files by API key) is left out: it stands in lists of its own.',
    query: paged({ tenant: 'Actions of keys of this tenant.', apiKeyId: 'Actions of this key.' }),
    status: 200,
    answer: 'ActionPage',
    problems: [422],
  })
  async list(@Query() parameters: unknown): Promise<Page<ShownAction>> {
    const query = new QueryReader(parameters);
    const tenant = query.text('tenant') ?? null;
    const apiKeyId = query.parsed('apiKeyId', readId, 'the id of an API key') ?? null;
    const { limit, after } = readPageRequest(query, readId);
    query.done();
    const rows = await this.actions.list({ tenant, apiKeyId }, { limit: limit + 1, after });
    return pageOf(rows, limit, ({ id }) => id, shown);
  }
}

function shown({ at, apiKeyId, keyName, bySession, ...action }: ActionRecord): ShownAction {
  const { id, tenant, method, route, object, status } = action;
  return {
    ...{ id, at: at.toISOString(), tenant, key: { id: apiKeyId, name: keyName } },
    via: bySession ? 'session' : 'key',
    ...{ method, route, object, status },
  };
}
