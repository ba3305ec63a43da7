import { type ReactNode } from 'react';
import { Navigate, Route, Routes } from 'react-router';
import { ChangeStarter } from '../request-form/change-starter';
import { NewStarter } from '../request-form/new-starter';
import { Shell } from '../shell/shell';
import { useMay } from '../shell/session';
import { Actions } from './actions/actions';
import { BatchPage } from './batches/batch-page';
import { Batches } from './batches/batches';
import { DeadLetters } from './dead-letters/dead-letters';
import { Health } from './health/health';
import { JobPage } from './job/job-page';
import { Jobs } from './jobs/jobs';
import { Keys } from './keys/keys';
import { NotFound } from './not-found';
import { Overview } from './overview/overview';
import { QueuePage } from './queues/queue-page';
import { Queues } from './queues/queues';
import { SCHEDULE } from './schedules/schedule-kind';
import { SchedulePage } from './schedules/schedule-page';
import { Schedules } from './schedules/schedules';
import { TaskPage } from './tasks/task-page';
import { Tasks } from './tasks/tasks';
import { TRIGGER } from './triggers/trigger-kind';
import { TriggerPage } from './triggers/trigger-page';
import { Triggers } from './triggers/triggers';
import { EndpointPage } from './webhooks/endpoint-page';
import { Endpoints } from './webhooks/endpoints';
import { Workers } from './workers/workers';

/** What is shown at which address. The gateway has the same addresses in page-paths.ts. */
export function Pages(): ReactNode {
  const isAdmin = useMay('admin');
  const seesContents = useMay('jobs:read');
  return (
    <Routes>
      <Route element={<Shell />}>
        <Route index element={isAdmin ? <Overview /> : <Navigate to="/jobs" replace />} />
        <Route path="jobs" element={<Jobs />} />
        <Route path="jobs/:id" element={<JobPage />} />
        <Route path="batches" element={<Batches />} />
        <Route path="batches/:id" element={<BatchPage />} />
        <Route path="tasks" element={<Tasks />} />
        <Route path="tasks/:name" element={<TaskPage />} />
        {seesContents && (
          <>
            <Route path="schedules" element={<Schedules />} />
            <Route path="schedules/new" element={<NewStarter kind={SCHEDULE} />} />
            <Route path="schedules/:id" element={<SchedulePage />} />
            <Route path="schedules/:id/change" element={<ChangeStarter kind={SCHEDULE} />} />
            <Route path="triggers" element={<Triggers />} />
            <Route path="triggers/new" element={<NewStarter kind={TRIGGER} />} />
            <Route path="triggers/:id" element={<TriggerPage />} />
            <Route path="triggers/:id/change" element={<ChangeStarter kind={TRIGGER} />} />
            <Route path="webhooks" element={<Endpoints />} />
            <Route path="webhooks/:id" element={<EndpointPage />} />
          </>
        )}
        {isAdmin && (
          <>
            <Route path="queues" element={<Queues />} />
            <Route path="queues/:name" element={<QueuePage />} />
            <Route path="dead-letters" element={<DeadLetters />} />
            <Route path="workers" element={<Workers />} />
            <Route path="keys" element={<Keys />} />
            <Route path="actions" element={<Actions />} />
            <Route path="health" element={<Health />} />
          </>
        )}
        <Route path="*" element={<NotFound />} />
      </Route>
    </Routes>
  );
}
