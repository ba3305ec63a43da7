import { type Task } from '#libs/sdk';
import { type ReactNode, useId } from 'react';
import { Link } from 'react-router';

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
