import { type TriggerRequest } from '#libs/sdk';
import { leveret } from '../../api/leveret';
import { type StarterKind } from '../../request-form/starter-kind';
import { OWN_FIELDS, TriggerFields } from './trigger-fields';

export const TRIGGER: StarterKind = {
  ...{ name: 'trigger', list: '/triggers', call: '/v1/triggers', Own: TriggerFields, own: OWN_FIELDS },
  fresh: () => ({}),
  // The event has them.
  takesPlaceholders: true,
  calls: {
    get: (id, options) => leveret.triggers.get(id, options),
    create: (body) => leveret.triggers.create(body as unknown as TriggerRequest),
    update: (id, changes) => leveret.triggers.update(id, changes),
  },
};
