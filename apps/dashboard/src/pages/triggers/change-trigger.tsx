import { type Trigger } from '#libs/sdk';
import { type ReactNode, useState } from 'react';
import { useNavigate, useParams } from 'react-router';
import { leveret } from '../../api/leveret';
import { useAction } from '../../api/use-action';
import { useOnce } from '../../api/use-once';
import { type Body } from '../../request-form/body-fields';
import { bodyOf, changesOf } from '../../request-form/changes';
import { StarterForm } from '../../request-form/starter-form';
import { useBodySchema } from '../../request-form/use-body-schema';
import { type Schema } from '../../schema-form/schema';
import { Loaded } from '../../ui/loaded';
import { Page } from '../../ui/page';
import { OWN_FIELDS, TriggerFields } from './trigger-fields';

/** Changes a trigger. */
export function ChangeTrigger(): ReactNode {
  const { id = '' } = useParams();
  const query = useOnce(['trigger', id, 'to change'], (signal) => leveret.triggers.get(id, { signal }));
  const schema = useBodySchema('/v1/triggers');
  return (
    <Page title={`Change ${query.data?.name ?? 'a trigger'}`}>
      <Loaded query={query}>
        {(trigger) => (
          <Loaded query={schema}>{(known) => <ChangeForm key={id} trigger={trigger} schema={known} />}</Loaded>
        )}
      </Loaded>
    </Page>
  );
}

interface ChangeFormProps {
  readonly trigger: Trigger;
  readonly schema: Schema;
}

function ChangeForm({ trigger, schema }: ChangeFormProps): ReactNode {
  const navigate = useNavigate();
  // What is sent is what was changed here: so both sides of it are of one moment.
  const [before] = useState(() => bodyOf(trigger, schema));
  const { mutate, isPending, error } = useAction(
    (change: Body) => leveret.triggers.update(trigger.id, change),
    ({ name }) => `${name} is changed.`,
  );
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
