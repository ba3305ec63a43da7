import { type Trigger } from '#libs/sdk';
import { type ReactNode } from 'react';
import { useNavigate, useParams } from 'react-router';
import { leveret } from '../../api/leveret';
import { useAction } from '../../api/use-action';
import { useLive } from '../../api/use-live';
import { type Body } from '../../request-form/body-fields';
import { bodyOf, changesOf } from '../../request-form/changes';
import { StarterForm } from '../../request-form/starter-form';
import { useBodySchema } from '../../request-form/use-body-schema';
import { Loaded } from '../../ui/loaded';
import { Page } from '../../ui/page';
import { OWN_FIELDS, TriggerFields } from './trigger-fields';

/** Changes a trigger. */
export function ChangeTrigger(): ReactNode {
  const { id = '' } = useParams();
  // What is being changed stays as it was when that began.
  const query = useLive(['trigger', id, 'to change'], (signal) => leveret.triggers.get(id, { signal }), {
    everyMs: false,
  });
  return (
    <Page title={`Change ${query.data?.name ?? 'a trigger'}`}>
      <Loaded query={query}>{(trigger) => <ChangeForm trigger={trigger} />}</Loaded>
    </Page>
  );
}

function ChangeForm({ trigger }: { readonly trigger: Trigger }): ReactNode {
  const navigate = useNavigate();
  const schema = useBodySchema('/v1/triggers');
  const { mutate, isPending, error } = useAction(
    (change: Body) => leveret.triggers.update(trigger.id, change),
    ({ name }) => `${name} is changed.`,
  );
  if (schema === undefined) return null;
  const before = bodyOf(trigger, schema);
  return (
    <StarterForm
      call="/v1/triggers"
      Own={TriggerFields}
      own={OWN_FIELDS}
      body={before}
      action="Change the trigger"
      isPending={isPending}
      error={error}
      onSubmit={(after) =>
        mutate(changesOf(before, after), { onSuccess: () => void navigate(`/triggers/${trigger.id}`) })
      }
    />
  );
}
