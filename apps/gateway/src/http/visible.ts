import { type Caller, visibleTenant } from '../api-keys/caller.js';
import { pathId } from './ids.js';
import { missing } from './problem.js';

/** What finds a tenant's things by their ids; with a null tenant, everybody's. */
interface Finder<T> {
  find(id: string, tenant: string | null): Promise<T | undefined>;
}

/**
 * The thing of a path, if the caller may see it.
 * @param what it is, for the message
 * @throws Problem 404, the same for a thing of another tenant as for none
 */
export async function visible<T>(what: string, things: Finder<T>, id: string, caller: Caller): Promise<T> {
  const thing = await things.find(pathId(what, id), visibleTenant(caller));
  if (thing === undefined) throw missing(what, id);
  return thing;
}
