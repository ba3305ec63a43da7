import { type NoJobReason } from '#libs/sdk';
import { type ReactNode } from 'react';
import { Link } from 'react-router';
import { StatusBadge } from '../ui/status-badge';

interface OutcomeCellProps {
  readonly outcome: string;
  readonly jobId: string | null;
  readonly reason: NoJobReason | null;
}

/** What came of a tick or an event: its job, or why there is none. */
export function OutcomeCell({ outcome, jobId, reason }: OutcomeCellProps): ReactNode {
  return (
    <>
      <StatusBadge status={outcome} /> {jobId !== null && <Link to={`/jobs/${jobId}`}>{jobId.slice(-12)}</Link>}{' '}
      {reason !== null && <span className="muted">{reason.message}</span>}
    </>
  );
}
