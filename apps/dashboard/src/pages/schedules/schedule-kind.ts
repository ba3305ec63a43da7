import { type ScheduleRequest } from '#libs/sdk';
import { leveret } from '../../api/leveret';
import { type StarterKind } from '../../request-form/starter-kind';
import { OWN_FIELDS, ScheduleFields } from './schedule-fields';

export const SCHEDULE: StarterKind = {
  ...{ name: 'schedule', list: '/schedules', call: '/v1/schedules', Own: ScheduleFields, own: OWN_FIELDS },
  // Its hours are those of who makes it, unless they say another zone.
  fresh: () => ({ timezone: new Intl.DateTimeFormat().resolvedOptions().timeZone }),
  takesPlaceholders: false,
  calls: {
    get: (id, options) => leveret.schedules.get(id, options),
    create: (body) => leveret.schedules.create(body as unknown as ScheduleRequest),
    update: (id, changes) => leveret.schedules.update(id, changes),
  },
};
