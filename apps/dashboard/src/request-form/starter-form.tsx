import { type ReactNode, type SubmitEvent, useState } from 'react';
import { fieldErrorsOf } from '../api/failure';
import { PlaceholdersContext } from '../schema-form/placeholders';
import { withField } from '../schema-form/schema';
import { Button } from '../ui/button';
import { FieldErrors } from '../ui/field-errors';
import { type Body, type BodyProps } from './body-fields';
import { JobOptions } from './job-options';
import { PayloadField } from './payload-field';
import { TaskChoice, useTasks } from './task-choice';
import { type BodyCall } from './use-body-schema';

interface StarterFormProps {
  readonly call: BodyCall;
  /** What says when jobs are started, and the fields that it shows. */
  readonly Own: (props: BodyProps) => ReactNode;
  readonly own: readonly string[];
  /** What is in the form at first. */
  readonly body: Body;
  readonly action: string;
  readonly isPending: boolean;
  readonly error: Error | null;
  readonly onSubmit: (body: Body) => void;
}

/** Something that starts jobs: when it does, and which. What is wrong is said by the gateway, field by field. */
export function StarterForm(props: StarterFormProps): ReactNode {
  const { call, Own, own, action, isPending, error, onSubmit } = props;
  const [body, setBody] = useState(props.body);
  const tasks = useTasks();
  const errors = fieldErrorsOf(error);
  const part = { body, onChange: setBody, errors };
  const chosen = typeof body['task'] === 'string' ? body['task'] : undefined;
  const task = tasks?.find(({ name }) => name === chosen);
  // What another task works on is no use to this one.
  const choose = (name: string): void => setBody(withField({ ...body, task: name }, 'payload', undefined));
  const submit = (event: SubmitEvent<HTMLFormElement>): void => {
    event.preventDefault();
    onSubmit(body);
  };
  if (tasks === undefined) return <p className="loading">Loading…</p>;
  return (
    <form className="form card" onSubmit={submit}>
      <Own {...part} />
      <TaskChoice tasks={tasks} chosen={chosen} onChoice={choose} />
      <PlaceholdersContext value={call === '/v1/triggers'}>
        {task !== undefined && <PayloadField key={task.name} task={task} {...part} />}
      </PlaceholdersContext>
      <JobOptions call={call} elsewhere={['task', 'payload', ...own]} {...part} />
      <FieldErrors errors={errors} />
      <footer className="buttons">
        <Button kind="primary" type="submit" busy={isPending}>
          {action}
        </Button>
      </footer>
    </form>
  );
}
