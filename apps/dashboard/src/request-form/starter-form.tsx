import { type Task } from '#libs/sdk';
import { type ReactNode, type SubmitEvent, useState } from 'react';
import { useNavigate } from 'react-router';
import { fieldErrorsOf } from '../api/failure';
import { useAction } from '../api/use-action';
import { useTasks } from '../api/use-tasks';
import { PlaceholdersContext } from '../schema-form/placeholders';
import { type Schema, withField } from '../schema-form/schema';
import { Button } from '../ui/button';
import { FieldErrors } from '../ui/field-errors';
import { Loaded } from '../ui/loaded';
import { type Body } from './body-fields';
import { hidingChanges } from './changes';
import { JobOptions } from './job-options';
import { PayloadField } from './payload-field';
import { type Starter, type StarterKind } from './starter-kind';
import { TaskChoice } from './task-choice';
import { useBodySchema } from './use-body-schema';

interface StarterFormProps {
  readonly kind: StarterKind;
  /** What is in the form at first, of what the body takes. */
  readonly begin: (schema: Schema) => Body;
  /** What is done by it: "Create". */
  readonly action: string;
  readonly save: (body: Body, before: Body) => Promise<Starter>;
  readonly done: (saved: Starter) => string;
}

/** Something that starts jobs: when it does, and which. What is wrong is said by the gateway, field by field. */
export function StarterForm(props: StarterFormProps): ReactNode {
  const schema = useBodySchema(props.kind.call);
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

function Form({ kind, begin, action, save, done, schema, tasks }: FormProps): ReactNode {
  const { Own, own, call, name, list, takesPlaceholders } = kind;
  const navigate = useNavigate();
  const [before] = useState(() => begin(schema));
  const [body, setBody] = useState(before);
  const { mutate, isPending, error } = useAction(() => save(body, before), done);
  const errors = fieldErrorsOf(error);
  const part = { body, onChange: setBody, errors };
  const chosen = typeof body['task'] === 'string' ? body['task'] : undefined;
  const task = tasks.find((one) => one.name === chosen);
  const hiding = hidingChanges(before, body);
  // What another task works on is no use to this one.
  const choose = (other: string): void => setBody(withField({ ...body, task: other }, 'payload', undefined));
  const submit = (event: SubmitEvent<HTMLFormElement>): void => {
    event.preventDefault();
    mutate(undefined, { onSuccess: ({ id }) => void navigate(`${list}/${id}`) });
  };
  return (
    <form className="form card" onSubmit={submit}>
      <Own schema={schema} {...part} />
      <TaskChoice tasks={tasks} chosen={chosen} onChoice={choose} />
      <PlaceholdersContext value={takesPlaceholders}>
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
          {action} the {name}
        </Button>
      </footer>
    </form>
  );
}
