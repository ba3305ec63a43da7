import { type UseQueryResult } from '@tanstack/react-query';
import { type Task } from '#libs/sdk';
import { type ReactNode, useId } from 'react';
import { Link } from 'react-router';
import { leveret } from '../api/leveret';
import { useLive } from '../api/use-live';

/** Every task that there is. */
export function useTasks(): UseQueryResult<readonly Task[]> {
  return useLive(['tasks', 'all'], allTasks, { everyMs: false });
}

async function allTasks(signal: AbortSignal): Promise<readonly Task[]> {
  const tasks: Task[] = [];
  for await (const { data } of leveret.tasks.list({ limit: 200 }).pages({ signal })) tasks.push(...data);
  return tasks;
}

interface TaskChoiceProps {
  readonly tasks: readonly Task[];
  readonly chosen: string | undefined;
  readonly onChoice: (name: string) => void;
}

/** The task that is to be run. */
export function TaskChoice({ tasks, chosen = '', onChoice }: TaskChoiceProps): ReactNode {
  const id = useId();
  const task = tasks.find(({ name }) => name === chosen);
  return (
    <div className="field">
      <label htmlFor={id}>task</label>
      <select id={id} required value={chosen} onChange={({ target }) => onChoice(target.value)}>
        <option value="" disabled>
          Choose one
        </option>
        {task === undefined && chosen !== '' && <option>{chosen}</option>}
        {tasks.map(({ name }) => (
          <option key={name}>{name}</option>
        ))}
      </select>
      {task !== undefined && (
        <p className="muted">
          {task.description} {/* Beside a form, which would be lost with this page. */}
          <Link to={`/tasks/${encodeURIComponent(task.name)}`} target="_blank">
            More of it
          </Link>
        </p>
      )}
    </div>
  );
}
