import { type Schedule } from '#libs/sdk';
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
import { OWN_FIELDS, ScheduleFields } from './schedule-fields';

/** Changes a schedule. */
export function ChangeSchedule(): ReactNode {
  const { id = '' } = useParams();
  // What is being changed stays as it was when that began.
  const query = useLive(['schedule', id, 'to change'], (signal) => leveret.schedules.get(id, { signal }), {
    everyMs: false,
  });
  return (
    <Page title={`Change ${query.data?.name ?? 'a schedule'}`}>
      <Loaded query={query}>{(schedule) => <ChangeForm schedule={schedule} />}</Loaded>
    </Page>
  );
}

function ChangeForm({ schedule }: { readonly schedule: Schedule }): ReactNode {
  const navigate = useNavigate();
  const schema = useBodySchema('/v1/schedules');
  const { mutate, isPending, error } = useAction(
    (change: Body) => leveret.schedules.update(schedule.id, change),
    ({ name }) => `${name} is changed.`,
  );
  if (schema === undefined) return null;
  const before = bodyOf(schedule, schema);
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
