import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { type FastifyRequest } from 'fastify';
import { uuidv7 } from 'uuidv7';
import { clippedText } from '#libs/contracts';
import { callerOfRequest } from '../api-keys/caller.js';
import { noteAnswer } from '../http/answer-notes.js';
import { ActionStore } from '../ledger/action-store.js';
import { saidOfAction } from './action-object.js';
import { isAction } from './routine.js';

const MAX_OBJECT_BYTES = 200;
/** Their query says which. Of other calls the query is no part of what is changed. */
const CHOSEN_BY_QUERY: ReadonlySet<string> = new Set([
  ...['DELETE /v1/dead-letters', 'DELETE /v1/jobs', 'PATCH /v1/jobs', 'POST /v1/jobs/cancel', 'POST /v1/jobs/retry'],
]);
/** What its path names is the mail address of somebody, which is nobody's to keep here. */
const PRIVATE = '/v1/suppressions/:address';

/** Enters every action of people and programs before it is done. One that cannot be entered is not done. */
@Injectable()
export class ActionGuard implements CanActivate {
  constructor(private readonly actions: ActionStore) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    const caller = callerOfRequest(request);
    const { method } = request;
    const route = request.routeOptions.url ?? '';
    const bySession = caller?.session !== undefined;
    if (caller === undefined || !isAction(method, route, bySession)) return true;
    const id = uuidv7();
    const { apiKeyId, tenant } = caller;
    await this.actions.begin({ id, apiKeyId, tenant, bySession, method, route, object: objectOf(request, route) });
    noteAnswer(request, (status, answer) =>
      this.actions.end(id, status, idIn(answer) ?? storable(saidOfAction(request))),
    );
    return true;
  }
}

/** What the path names, or the query chooses, as far as it can be stored: nothing of it has been checked. */
function objectOf(request: FastifyRequest, route: string): string | null {
  if (route === PRIVATE) return null;
  const [, query = ''] = request.url.split('?');
  const named = Object.values(request.params as Record<string, string>).join(' ');
  const object = CHOSEN_BY_QUERY.has(`${request.method} ${route}`) ? withoutMetadata(query) : named;
  return storable(object);
}

/** Metadata is the tenant's own, and may name people: its keys say enough, however they are written. */
function withoutMetadata(query: string): string {
  return [...new URLSearchParams(query)]
    .map(([name, value]) => `${name}=${name.startsWith('metadata.') ? '…' : value}`)
    .join('&');
}

function storable(object = ''): string | null {
  return object === '' ? null : clippedText(object, MAX_OBJECT_BYTES);
}

/** The id of what was made. No problem has one. */
function idIn(answer: unknown): string | null {
  const { id, batchId } = (answer ?? {}) as { readonly id?: unknown; readonly batchId?: unknown };
  return [id, batchId].find((one) => typeof one === 'string') ?? null;
}
