import { type FlowNode, type Job } from '#libs/sdk';
import { type ReactNode } from 'react';
import { Link } from 'react-router';
import { leveret } from '../../api/leveret';
import { useLive } from '../../api/use-live';
import { Section } from '../../ui/page';
import { StatusBadge } from '../../ui/status-badge';

const EVERY_MS = 5_000;

/** The tree of jobs that a job belongs to, when there are others in it. */
export function FlowSection({ job: { id } }: { readonly job: Job }): ReactNode {
  const { data } = useLive(['flow', id], (signal) => leveret.jobs.flow(id, { signal }), { everyMs: EVERY_MS });
  if (data === undefined) return null;
  const { root, truncated } = data;
  if (root.kind === 'job' && root.children.length === 0) return null;
  return (
    <Section title="Flow">
      <ul className="flow">
        {root.kind === 'job' ? (
          <FlowItem node={root} current={id} />
        ) : (
          <li>
            <Link to={`/batches/${root.id}`}>Batch of {root.total} jobs</Link>
            <FlowItems nodes={root.children} current={id} />
          </li>
        )}
      </ul>
      {truncated && <p className="muted">There are more jobs than are shown.</p>}
    </Section>
  );
}

interface FlowItemsProps {
  readonly nodes: readonly FlowNode[];
  readonly current: string;
}

function FlowItems({ nodes, current }: FlowItemsProps): ReactNode {
  return (
    <ul>
      {nodes.map((node, index) => (
        <FlowItem key={node.id ?? index} node={node} current={current} />
      ))}
    </ul>
  );
}

function FlowItem({ node, current }: { readonly node: FlowNode; readonly current: string }): ReactNode {
  const { id, task, status, children, on } = node;
  return (
    <li>
      <span className="flow-line">
        <StatusBadge status={status} />
        {id === null || id === current ? <strong>{task}</strong> : <Link to={`/jobs/${id}`}>{task}</Link>}
        {on !== null && <span className="muted">when {on}</span>}
      </span>
      {children.length > 0 && <FlowItems nodes={children} current={current} />}
    </li>
  );
}
