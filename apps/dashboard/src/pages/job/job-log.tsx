import { type Job, type LogLine } from '#libs/sdk';
import { type ReactNode, useState } from 'react';
import { leveret } from '../../api/leveret';
import { Button } from '../../ui/button';
import { Loaded } from '../../ui/loaded';
import { Section } from '../../ui/page';
import { wholeTime } from '../../ui/time';
import { useJobPart } from './use-job';

const AT_FIRST = 200;

/** What the job's handler wrote. */
export function JobLog({ job }: { readonly job: Job }): ReactNode {
  const [limit, setLimit] = useState(AT_FIRST);
  const query = useJobPart(job, ['logs', limit], (signal) => linesOf(job.id, limit, signal));
  return (
    <Section title="Log">
      <Loaded query={query}>
        {({ lines, isWhole }) =>
          lines.length === 0 ? (
            <p className="empty">Nothing was written.</p>
          ) : (
            <>
              <ol className="log" tabIndex={0} aria-label="Lines of the log">
                {lines.map((line, index) => (
                  <LogItem key={index} line={line} />
                ))}
              </ol>
              {!isWhole && (
                <Button kind="quiet" onClick={() => setLimit(limit + 4 * AT_FIRST)}>
                  More lines
                </Button>
              )}
            </>
          )
        }
      </Loaded>
    </Section>
  );
}

function LogItem({ line: { at, attempt, level, message, ...fields } }: { readonly line: LogLine }): ReactNode {
  return (
    <li data-level={level}>
      <time dateTime={at} title={`${wholeTime(at)}, attempt ${attempt}`}>
        {new Date(at).toLocaleTimeString()}
      </time>
      <span className="log-level">{level}</span>
      <span className="log-text">
        {message}
        {Object.keys(fields).length > 0 && <code className="muted"> {JSON.stringify(fields)}</code>}
      </span>
    </li>
  );
}

interface Lines {
  readonly lines: readonly LogLine[];
  readonly isWhole: boolean;
}

async function linesOf(id: string, limit: number, signal: AbortSignal): Promise<Lines> {
  const lines: LogLine[] = [];
  for await (const { data, nextCursor } of leveret.jobs.logs(id, { limit: 200 }).pages({ signal })) {
    lines.push(...data);
    if (nextCursor === null) return { lines, isWhole: true };
    if (lines.length >= limit) break;
  }
  return { lines, isWhole: false };
}
