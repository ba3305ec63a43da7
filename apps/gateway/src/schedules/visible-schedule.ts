import { type Caller, visibleTenant } from '../api-keys/caller.js';
import { pathId } from '../http/ids.js';
import { missing } from '../http/problem.js';
import { type ScheduleRecord } from '../ledger/schedule-row.js';
import { type ScheduleStore } from '../ledger/schedule-store.js';

/**
 * The schedule of a path, if the caller may see it.
 * @throws Problem 404, the same for a schedule of another tenant as for none
 */
export async function visibleSchedule(schedules: ScheduleStore, id: string, caller: Caller): Promise<ScheduleRecord> {
  const schedule = await schedules.find(pathId('schedule', id), visibleTenant(caller));
  if (schedule === undefined) throw missing('schedule', id);
  return schedule;
}
