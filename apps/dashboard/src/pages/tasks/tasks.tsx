import { type Task } from '#libs/sdk';
import { type ReactNode } from 'react';
import { Link } from 'react-router';
import { useTasks } from '../../api/use-tasks';
import { Loaded } from '../../ui/loaded';
import { Page } from '../../ui/page';
import { StatusBadge } from '../../ui/status-badge';
import { type Column, Table } from '../../ui/table';
import { taskState } from './task-state';

const EVERY_MS = 10_000;

/** What the suite can do. */
export function Tasks(): ReactNode {
  const query = useTasks({ everyMs: EVERY_MS });
  return (
    <Page title="Tasks">
      <div className="card">
        <Loaded query={query}>
          {(tasks) => (
            <Table
              label="Tasks"
              columns={COLUMNS}
              rows={tasks}
              keyOf={({ name }) => name}
              empty="No app has announced a task yet."
            />
          )}
        </Loaded>
      </div>
    </Page>
  );
}

const COLUMNS: readonly Column<Task>[] = [
  { name: 'Task', cell: ({ name }) => <Link to={`/tasks/${encodeURIComponent(name)}`}>{name}</Link> },
  { name: 'State', cell: (task) => <StatusBadge status={taskState(task)} /> },
  { name: 'Queue', cell: ({ queue }) => queue, isMinor: true },
  { name: 'What it does', cell: ({ description }) => description, isMinor: true },
];
