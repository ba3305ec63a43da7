import { type ReactNode } from 'react';
import { BodyFields, type OwnFieldsProps } from '../../request-form/body-fields';

/** What of a trigger is not of its jobs. */
export const OWN_FIELDS = ['name', 'pattern', 'filter', 'enabled'];

/** Which events a trigger wants. */
export function TriggerFields(props: OwnFieldsProps): ReactNode {
  return <BodyFields names={OWN_FIELDS} {...props} />;
}
