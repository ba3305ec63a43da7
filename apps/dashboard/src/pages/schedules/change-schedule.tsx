import { type Schedule } from '#libs/sdk';
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
import { OWN_FIELDS, ScheduleFields } from './schedule-fields';

/** Changes a schedule. */
export function ChangeSchedule(): ReactNode {
  const { id = '' } = useParams();
  const query = useOnce(['schedule', id, 'to change'], (signal) => leveret.schedules.get(id, { signal }));
  const schema = useBodySchema('/v1/schedules');
  return (
    <Page title={`Change ${query.data?.name ?? 'a schedule'}`}>
      <Loaded query={query}>
        {(schedule) => (
          <Loaded query={schema}>{(known) => <ChangeForm key={id} schedule={schedule} schema={known} />}</Loaded>
        )}
      </Loaded>
    </Page>
  );
}

interface ChangeFormProps {
  readonly schedule: Schedule;
  readonly schema: Schema;
}

function ChangeForm({ schedule, schema }: ChangeFormProps): ReactNode {
  const navigate = useNavigate();
  // What is sent is what was changed here: so both sides of it are of one moment.
  const [before] = useState(() => bodyOf(schedule, schema));
  const { mutate, isPending, error } = useAction(
    (change: Body) => leveret.schedules.update(schedule.id, change),
    ({ name }) => `${name} is changed.`,
  );
  return (
    <StarterForm
      call="/v1/schedules"
      Own={ScheduleFields}
      own={OWN_FIELDS}
      body={before}
      action="Change the schedule"
      isPending={isPending}
      error={error}
      onSubmit={(after) =>
        mutate(changesOf(before, after), { onSuccess: () => void navigate(`/schedules/${schedule.id}`) })
      }
    />
  );
}
