import { type Task } from '#libs/sdk';
import { type ReactNode } from 'react';
import { Link, useParams } from 'react-router';
import { leveret } from '../../api/leveret';
import { useLive } from '../../api/use-live';
import { useMay } from '../../shell/session';
import { Facts } from '../../ui/facts';
import { JsonView } from '../../ui/json-view';
import { Loaded } from '../../ui/loaded';
import { Page, Section } from '../../ui/page';
import { StatusBadge } from '../../ui/status-badge';
import { durationText } from '../../ui/time';
import { StartForm } from './start-form';
import { taskState } from './task-state';

/** One task: a form that starts a job of it, and what counts for its jobs. */
export function TaskPage(): ReactNode {
  const { name = '' } = useParams();
  // A form is being filled in: another schema in the middle of it would help nobody.
  const query = useLive(['task', name], (signal) => leveret.tasks.get(name, { signal }), { everyMs: false });
  const { data } = query;
  const mayStart = useMayStart();
  return (
    <Page
      title={name}
      aside={data && <StatusBadge status={taskState(data)} />}
      actions={
        mayStart && (
          <>
            <Link className="button" to={`/schedules/new?task=${encodeURIComponent(name)}`}>
              Schedule it
            </Link>
            <Link className="button" to={`/triggers/new?task=${encodeURIComponent(name)}`}>
              Start it by events
            </Link>
          </>
        )
      }
    >
      <Loaded query={query}>{(task) => <TaskParts task={task} />}</Loaded>
    </Page>
  );
}

/** Who may not see what is in jobs starts none. */
function useMayStart(): boolean {
  const mayRead = useMay('jobs:read');
  return useMay('jobs:write') && mayRead;
}

function TaskParts({ task }: { readonly task: Task }): ReactNode {
  const { queue, description, defaults, schema, example, name } = task;
  const mayStart = useMayStart();
  return (
    <>
      <p className="prose">{description}</p>
      <div className="job-columns">
        <div>{mayStart && <StartForm task={task} />}</div>
        <div>
          <Section
            title="Defaults of its jobs"
            aside={<Link to={`/jobs?task=${encodeURIComponent(name)}`}>Its jobs</Link>}
          >
            <Facts
              facts={[
                ['Queue', queue],
                ['Attempts', defaults.maxAttempts],
                ['Priority', defaults.priority],
                ['Time-out', durationText(defaults.timeout)],
                ['Longest time-out', durationText(defaults.maxTimeout)],
                ['Backoff', `${defaults.backoff.type}, from ${durationText(defaults.backoff.delay)}`],
              ]}
            />
          </Section>
          {example !== null && (
            <Section title="Example">
              <JsonView value={example} what="the example" />
            </Section>
          )}
          <Section title="Schema of the payload">
            <JsonView value={schema} what="the schema" />
          </Section>
        </div>
      </div>
    </>
  );
}
