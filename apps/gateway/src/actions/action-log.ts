import { type CallHandler, type ExecutionContext, Injectable, type NestInterceptor } from '@nestjs/common';
import { type FastifyRequest } from 'fastify';
import { type Observable, tap } from 'rxjs';
import { v7 as uuidv7 } from 'uuid';
import { callerOfRequest } from '../api-keys/caller.js';
import { beforeAnswer } from '../http/before-answer.js';
import { ActionStore } from '../ledger/action-store.js';
import { isAction } from './routine.js';

const MAX_OBJECT = 200;

/** Enters every action of people and programs before it is done. One that cannot be entered is not done. */
@Injectable()
export class ActionLog implements NestInterceptor {
  constructor(private readonly actions: ActionStore) {}

  async intercept(context: ExecutionContext, next: CallHandler): Promise<Observable<unknown>> {
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    const caller = callerOfRequest(request);
    const { method } = request;
    const route = request.routeOptions.url ?? '';
    const bySession = caller?.session !== undefined;
    if (caller === undefined || !isAction(method, route, bySession)) return next.handle();
    const id = uuidv7();
    const { apiKeyId, tenant } = caller;
    await this.actions.begin({ id, apiKeyId, tenant, bySession, method, route, object: objectOf(request) });
    let made: string | null = null;
    beforeAnswer(request, (status) => this.actions.end(id, status, made));
    return next.handle().pipe(
      tap((answer) => {
        made = idIn(answer);
      }),
    );
  }
}

/** What the path names, or the query chooses. */
function objectOf({ params, url }: FastifyRequest): string | null {
  const named = Object.values(params as Record<string, string>).join(' ');
  const [, query = ''] = url.split('?');
  const object = named === '' ? query : named;
  return object === '' ? null : object.slice(0, MAX_OBJECT);
}

/** The id of what was made. */
function idIn(answer: unknown): string | null {
  const { id, batchId } = (answer ?? {}) as { readonly id?: unknown; readonly batchId?: unknown };
  return [id, batchId].find((one) => typeof one === 'string') ?? null;
}
