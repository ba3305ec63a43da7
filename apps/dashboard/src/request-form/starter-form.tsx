import { type Task } from '#libs/sdk';
import { type ReactNode, type SubmitEvent, useState } from 'react';
import { fieldErrorsOf } from '../api/failure';
import { useTasks } from '../api/use-tasks';
import { PlaceholdersContext } from '../schema-form/placeholders';
import { type Schema, withField } from '../schema-form/schema';
import { Button } from '../ui/button';
import { FieldErrors } from '../ui/field-errors';
import { Loaded } from '../ui/loaded';
import { type Body, type OwnFieldsProps } from './body-fields';
import { hidingChanges } from './changes';
import { JobOptions } from './job-options';
import { PayloadField } from './payload-field';
import { TaskChoice } from './task-choice';
import { type BodyCall, useBodySchema } from './use-body-schema';

interface StarterFormProps {
  readonly call: BodyCall;
  /** What says when jobs are started, and the fields that it shows. */
  readonly Own: (props: OwnFieldsProps) => ReactNode;
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
  const schema = useBodySchema(props.call);
  const tasks = useTasks({ everyMs: false });
  return (
    <Loaded query={schema}>
      {(known) => <Loaded query={tasks}>{(all) => <Form {...props} schema={known} tasks={all} />}</Loaded>}
    </Loaded>
  );
}

interface FormProps extends StarterFormProps {
  readonly schema: Schema;
  readonly tasks: readonly Task[];
}

function Form({ call, Own, own, action, isPending, error, onSubmit, schema, tasks, ...props }: FormProps): ReactNode {
  const [body, setBody] = useState(props.body);
  const errors = fieldErrorsOf(error);
  const part = { body, onChange: setBody, errors };
  const chosen = typeof body['task'] === 'string' ? body['task'] : undefined;
  const task = tasks.find(({ name }) => name === chosen);
  const hiding = hidingChanges(props.body, body);
  // What another task works on is no use to this one.
  const choose = (name: string): void => setBody(withField({ ...body, task: name }, 'payload', undefined));
  const submit = (event: SubmitEvent<HTMLFormElement>): void => {
    event.preventDefault();
    onSubmit(body);
  };
  return (
    <form className="form card" onSubmit={submit}>
      <Own schema={schema} {...part} />
      <TaskChoice tasks={tasks} chosen={chosen} onChoice={choose} />
      <PlaceholdersContext value={call === '/v1/triggers'}>
        {task !== undefined && <PayloadField key={task.name} task={task} {...part} />}
      </PlaceholdersContext>
      <JobOptions call={call} elsewhere={['task', 'payload', ...own]} {...part} />
      <FieldErrors errors={errors} />
      {hiding.length > 0 && (
        <p role="alert" className="problem">
          What is shown as &quot;***&quot; is not known here: give it again, as {hiding.join(' and ')} is changed.
        </p>
      )}
      <footer className="buttons">
        <Button kind="primary" type="submit" busy={isPending} disabled={hiding.length > 0}>
          {action}
        </Button>
      </footer>
    </form>
  );
}
