import { type JobContext } from '#libs/consumer';
import { type RowProgress } from './work-thread/messages.js';

/** The planner's estimate may be too low; the last per cent is for storing the file. */
const MOST_PERCENT = 99;

/** Tells a job's progress by the rows that are done. */
export function tellRows(job: Pick<JobContext, 'progress'>): (progress: RowProgress) => void {
  return ({ rows, expected }) => {
    const known = expected !== null && expected > 0;
    const percent = known ? Math.min(MOST_PERCENT, (rows / expected) * 100) : 0;
    const about = known && expected >= rows ? ` of about ${count(expected)}` : '';
    void job.progress(percent, `${count(rows)}${about} rows`);
  };
}

function count(rows: number): string {
  return Math.round(rows).toLocaleString('en-GB');
}
