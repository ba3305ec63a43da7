import { type ScheduleRequest } from '#libs/sdk';
import { type ReactNode } from 'react';
import { useNavigate, useSearchParams } from 'react-router';
import { leveret } from '../../api/leveret';
import { useAction } from '../../api/use-action';
import { type Body } from '../../request-form/body-fields';
import { StarterForm } from '../../request-form/starter-form';
import { Page } from '../../ui/page';
import { OWN_FIELDS, ScheduleFields } from './schedule-fields';

/** Makes a schedule, of the task that the address may name. Its time zone is that of who makes it, unless they say another. */
export function NewSchedule(): ReactNode {
  const navigate = useNavigate();
  const [parameters] = useSearchParams();
  const task = parameters.get('task');
  const { timeZone } = new Intl.DateTimeFormat().resolvedOptions();
  const { mutate, isPending, error } = useAction(
    (body: Body) => leveret.schedules.create(body as unknown as ScheduleRequest),
    ({ name }) => `${name} is created.`,
  );
  return (
    <Page title="New schedule">
      <StarterForm
        call="/v1/schedules"
        Own={ScheduleFields}
        own={OWN_FIELDS}
        body={{ timezone: timeZone, ...(task !== null && { task }) }}
        action="Create the schedule"
        isPending={isPending}
        error={error}
        onSubmit={(body) => mutate(body, { onSuccess: ({ id }) => void navigate(`/schedules/${id}`) })}
      />
    </Page>
  );
}
