import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { type FastifyRequest } from 'fastify';
import { type Scope } from '#libs/contracts';
import { PUBLIC_ROUTE } from '#libs/observability';
import { Problem } from '../http/problem.js';
import { Admission } from '../limits/admission.js';
import { RequestAuthenticator } from '../sessions/request-authenticator.js';
import { may, OUTLINE, rememberCaller, REQUIRED_SCOPE, WATCHABLE } from './caller.js';

/** Lets a request through when its route is public, or its key has the scope that the route needs and makes not too many. */
@Injectable()
export class ScopeGuard implements CanActivate {
  constructor(
    private readonly reflector: Reflector,
    private readonly authenticator: RequestAuthenticator,
    private readonly admission: Admission,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const route = [context.getHandler(), context.getClass()];
    if (this.reflector.getAllAndOverride<boolean | undefined>(PUBLIC_ROUTE, route) === true) return true;
    const scope = this.reflector.getAllAndOverride<Scope | undefined>(REQUIRED_SCOPE, route);
    if (scope === undefined) throw new Problem(403, 'Nobody may call this.');
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    const isWatchable = this.reflector.getAllAndOverride<boolean | undefined>(WATCHABLE, route) === true;
    const caller = await this.authenticator.authenticate(request, { isWatchable });
    if (caller.watch === undefined && !may(caller, scope))
      throw new Problem(403, `The API key lacks the scope ${scope}.`);
    const hidesContents = this.reflector.getAllAndOverride<boolean | undefined>(OUTLINE, route) === true;
    if (!caller.seesContents && !hidesContents) throw new Problem(403, 'The API key may not see what is in jobs.');
    await this.admission.request(caller);
    rememberCaller(request, caller);
    return true;
  }
}
