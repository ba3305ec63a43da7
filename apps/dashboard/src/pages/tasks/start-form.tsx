import { type Task } from '#libs/sdk';
import { type ReactNode, type SubmitEvent, useState } from 'react';
import { useNavigate } from 'react-router';
import { fieldErrorsOf } from '../../api/failure';
import { leveret } from '../../api/leveret';
import { useAction } from '../../api/use-action';
import { type Body } from '../../request-form/body-fields';
import { JobOptions } from '../../request-form/job-options';
import { PayloadField } from '../../request-form/payload-field';
import { Button } from '../../ui/button';
import { FieldErrors } from '../../ui/field-errors';
import { Section } from '../../ui/page';

/** Starts a job of a task, with fields for what its schema has. What is wrong is said by the gateway, field by field. */
export function StartForm({ task }: { readonly task: Task }): ReactNode {
  const { name, example } = task;
  const navigate = useNavigate();
  const [body, setBody] = useState<Body>({});
  /** Fields that keep a text of their own begin anew when another payload is put in. */
  const [filled, setFilled] = useState(0);
  const { mutate, isPending, error } = useAction(
    () => leveret.worker.enqueue({ ...body, task: name }),
    ({ id }) => `Enqueued as ${id}.`,
  );
  const errors = fieldErrorsOf(error);
  const submit = (event: SubmitEvent<HTMLFormElement>): void => {
    event.preventDefault();
    mutate(undefined, { onSuccess: ({ id }) => void navigate(`/jobs/${id}`) });
  };
  const fill = (): void => {
    setBody({ ...body, payload: example });
    setFilled(filled + 1);
  };
  const part = { body, onChange: setBody, errors };
  return (
    <Section title="Start a job" aside={example !== null && <Button onClick={fill}>Fill in the example</Button>}>
      <form className="form" onSubmit={submit}>
        <PayloadField key={filled} task={task} {...part} />
        <JobOptions call="/v1/jobs" elsewhere={['task', 'payload']} {...part} />
        <FieldErrors errors={errors} />
        <footer className="buttons">
          <Button kind="primary" type="submit" busy={isPending}>
            Start the job
          </Button>
        </footer>
      </form>
    </Section>
  );
}
