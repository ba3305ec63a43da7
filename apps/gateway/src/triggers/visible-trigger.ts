import { type Caller, visibleTenant } from '../api-keys/caller.js';
import { pathId } from '../http/ids.js';
import { missing } from '../http/problem.js';
import { type TriggerRecord } from '../ledger/trigger-row.js';
import { type TriggerStore } from '../ledger/trigger-store.js';

/**
 * The trigger of a path, if the caller may see it.
 * @throws Problem 404, the same for a trigger of another tenant as for none
 */
export async function visibleTrigger(triggers: TriggerStore, id: string, caller: Caller): Promise<TriggerRecord> {
  const trigger = await triggers.find(pathId('trigger', id), visibleTenant(caller));
  if (trigger === undefined) throw missing('trigger', id);
  return trigger;
}
