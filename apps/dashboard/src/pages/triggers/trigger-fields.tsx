import { type ReactNode } from 'react';
import { BodyFields, type BodyProps } from '../../request-form/body-fields';
import { useBodySchema } from '../../request-form/use-body-schema';

/** What of a trigger is not of its jobs. */
export const OWN_FIELDS = ['name', 'pattern', 'filter', 'enabled'];

/** Which events a trigger wants. */
export function TriggerFields(props: BodyProps): ReactNode {
  const schema = useBodySchema('/v1/triggers');
  return schema !== undefined && <BodyFields schema={schema} names={OWN_FIELDS} {...props} />;
}
