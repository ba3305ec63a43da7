import { type Job, type JobWithOptions } from '#libs/sdk';
import { type ReactNode } from 'react';
import { useParams } from 'react-router';
import { useMay } from '../../shell/session';
import { CopyButton } from '../../ui/copy-button';
import { JsonView } from '../../ui/json-view';
import { Loaded } from '../../ui/loaded';
import { Page, Section } from '../../ui/page';
import { ProgressBar } from '../../ui/progress-bar';
import { StatusBadge } from '../../ui/status-badge';
import { Attempts } from './attempts';
import { CopyMenu } from './copy-menu';
import { ErrorBox } from './error-box';
import { Explanation } from './explanation';
import { FlowSection } from './flow-section';
import { JobActions } from './job-actions';
import { JobFacts } from './job-facts';
import { JobLog } from './job-log';
import { ResultFiles } from './result-files';
import { useJob } from './use-job';

/** All that is known of one job, live until it ends. */
export function JobPage(): ReactNode {
  const { id = '' } = useParams();
  const query = useJob(id);
  const { data: job } = query;
  const mayWrite = useMay('jobs:write');
  const seesContents = useMay('jobs:read');
  return (
    <Page
      title={job?.task ?? 'Job'}
      aside={
        job !== undefined && (
          <StatusBadge status={job.cancelRequestedAt !== null && job.status === 'running' ? 'stopping' : job.status} />
        )
      }
      actions={
        job !== undefined && (
          <>
            {seesContents && <CopyMenu job={job} />}
            {mayWrite && <JobActions job={job} />}
          </>
        )
      }
    >
      <p className="id-line">
        <code>{id}</code>
        <CopyButton text={id} what="the id of the job" />
      </p>
      <Loaded query={query}>{(found) => <JobParts job={found} />}</Loaded>
    </Page>
  );
}

function JobParts({ job }: { readonly job: JobWithOptions }): ReactNode {
  const seesContents = useMay('jobs:read');
  return (
    <div className="job-columns">
      <div>
        {job.status === 'running' && <ProgressBar progress={job.progress} />}
        {job.error !== null && job.status !== 'completed' && <ErrorBox error={job.error} />}
        <Explanation job={job} />
        <Attempts job={job} />
        {seesContents ? <Contents job={job} /> : <HiddenContents />}
      </div>
      <div>
        <JobFacts job={job} />
        {Object.keys(job.options).length > 0 && (
          <Section title="Options">
            <JsonView value={job.options} what="the options" />
          </Section>
        )}
        <FlowSection job={job} />
        {seesContents && (
          <Section title="Metadata">
            <JsonView value={job.metadata} what="the metadata" />
          </Section>
        )}
      </div>
    </div>
  );
}

/** What went into the job, what its handler wrote, and what came of it. */
function Contents({ job }: { readonly job: Job }): ReactNode {
  return (
    <>
      <JobLog job={job} />
      <Section title="Payload">
        <JsonView value={job.payload} what="the payload" />
      </Section>
      {job.result !== null && (
        <Section title="Result">
          <ResultFiles result={job.result} />
          <JsonView value={job.result} what="the result" />
        </Section>
      )}
    </>
  );
}

function HiddenContents(): ReactNode {
  return (
    <Section title="Payload, log, result">
      <p className="empty">Hidden: your key sees how jobs stand, not what is in them.</p>
    </Section>
  );
}
