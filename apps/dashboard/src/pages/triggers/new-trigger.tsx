import { type TriggerRequest } from '#libs/sdk';
import { type ReactNode } from 'react';
import { useNavigate, useSearchParams } from 'react-router';
import { leveret } from '../../api/leveret';
import { useAction } from '../../api/use-action';
import { type Body } from '../../request-form/body-fields';
import { StarterForm } from '../../request-form/starter-form';
import { Page } from '../../ui/page';
import { OWN_FIELDS, TriggerFields } from './trigger-fields';

/** Makes a trigger, of the task that the address may name. Values of its payload may be taken from the event. */
export function NewTrigger(): ReactNode {
  const navigate = useNavigate();
  const [parameters] = useSearchParams();
  const task = parameters.get('task');
  const { mutate, isPending, error } = useAction(
    (body: Body) => leveret.triggers.create(body as unknown as TriggerRequest),
    ({ name }) => `${name} is created.`,
  );
  return (
    <Page title="New trigger">
      <StarterForm
        call="/v1/triggers"
        Own={TriggerFields}
        own={OWN_FIELDS}
        body={task === null ? {} : { task }}
        action="Create the trigger"
        isPending={isPending}
        error={error}
        onSubmit={(body) => mutate(body, { onSuccess: ({ id }) => void navigate(`/triggers/${id}`) })}
      />
    </Page>
  );
}
