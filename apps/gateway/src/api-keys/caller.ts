import { createParamDecorator, type CustomDecorator, type ExecutionContext, SetMetadata } from '@nestjs/common';
import { type FastifyRequest } from 'fastify';
import { type Scope } from '#libs/contracts';
import { type KeyLimits } from '../ledger/limits.js';

/** Who makes a request: the API key that it came with. */
export interface Caller {
  /** Of the key's row. */
  readonly apiKeyId: string;
  readonly tenant: string;
  readonly scopes: readonly Scope[];
  readonly limits: KeyLimits;
  /** Whether what is in jobs is shown: payload, result, metadata, files, log, and what messages say. */
  readonly seesContents: boolean;
  /** Who has signed in came with a session's cookie. */
  readonly session?: { readonly expiresAt: Date };
  /** Who came with a watch token sees this job alone, up to a time, and has no scopes. */
  readonly watch?: { readonly jobId: string; readonly until: Date };
}

export const REQUIRED_SCOPE = 'leveret:scope';

/** The scope that a route needs. A route has this or `Public()`; the gateway does not start with one that has neither. */
export function RequireScope(scope: Scope): CustomDecorator {
  return SetMetadata(REQUIRED_SCOPE, scope);
}

export const WATCHABLE = 'leveret:watchable';

/** Opens a route that shows one job, named `id` in its path, to the job's watch token as well. */
export function OpenToWatchToken(): CustomDecorator {
  return SetMetadata(WATCHABLE, true);
}

export const OUTLINE = 'leveret:outline';

/** Opens a route to callers who may not see what is in jobs: its answers tell nothing of that, or hide it. */
export function OpenWithoutContents(): CustomDecorator {
  return SetMetadata(OUTLINE, true);
}

/** True when the caller has the scope. `admin` includes the others; `jobs:outline` reads jobs too, without what is in them. */
export function may({ scopes }: Pick<Caller, 'scopes'>, scope: Scope): boolean {
  const including: readonly Scope[] = scope === 'jobs:read' ? ['admin', scope, 'jobs:outline'] : ['admin', scope];
  return including.some((one) => scopes.includes(one));
}

/** Whether a key with these scopes shows what is in jobs. */
export function showsContents(scopes: readonly Scope[]): boolean {
  return !scopes.includes('jobs:outline') || scopes.includes('jobs:read') || scopes.includes('admin');
}

/** The key of a caller, as the check of jobs wants it. */
export function keyOf({ apiKeyId, limits }: Caller): { readonly id: string; readonly limits: KeyLimits } {
  return { id: apiKeyId, limits };
}

/** The tenant whose objects the caller may see; null for an admin, who sees every tenant's. */
export function visibleTenant(caller: Caller): string | null {
  return may(caller, 'admin') ? null : caller.tenant;
}

const callers = new WeakMap<FastifyRequest, Caller>();

/** Notes who makes a request; the guard does it. */
export function rememberCaller(request: FastifyRequest, caller: Caller): void {
  callers.set(request, caller);
}

/** Who makes a request, once the guard has let it through; undefined on a public route. */
export function callerOfRequest(request: FastifyRequest): Caller | undefined {
  return callers.get(request);
}

/** Who makes the request, in a handler of a route that needs a scope. */
export const CurrentCaller = createParamDecorator((_: unknown, context: ExecutionContext): Caller => {
  const caller = callers.get(context.switchToHttp().getRequest<FastifyRequest>());
  if (caller === undefined) throw new Error('CurrentCaller stands in a route that needs no scope.');
  return caller;
});
