import { type JobRequest, type JobWithOptions } from '#libs/sdk';
import { type ReactNode, type SubmitEvent, useState } from 'react';
import { useNavigate } from 'react-router';
import { fieldErrorsOf } from '../../api/failure';
import { leveret } from '../../api/leveret';
import { useAction } from '../../api/use-action';
import { type Body } from '../../request-form/body-fields';
import { JobOptions } from '../../request-form/job-options';
import { Button } from '../../ui/button';
import { Dialog } from '../../ui/dialog';
import { FieldErrors } from '../../ui/field-errors';
import { JsonEditor, readJson } from '../../ui/json-editor';
import { requestOf } from './as-code';

interface DuplicateDialogProps {
  readonly job: JobWithOptions;
  readonly onClose: () => void;
}

/** Enqueues a job like another one, with a payload and options that may be changed first. */
export function DuplicateDialog({ job, onClose }: DuplicateDialogProps): ReactNode {
  const navigate = useNavigate();
  const [text, setText] = useState(() => JSON.stringify(job.payload, null, 2));
  const [body, setBody] = useState<Body>(() => ({ ...requestOf(job) }));
  const { mutate, isPending, error } = useAction(
    (payload: unknown) => leveret.worker.enqueue({ ...body, payload } as JobRequest),
    ({ id }) => `Enqueued as ${id}.`,
  );
  const errors = fieldErrorsOf(error);
  const payload = readJson(text);
  const submit = (event: SubmitEvent<HTMLFormElement>): void => {
    event.preventDefault();
    if (!payload.isJson) return;
    mutate(payload.value, {
      onSuccess: ({ id }) => {
        onClose();
        void navigate(`/jobs/${id}`);
      },
    });
  };
  return (
    <Dialog title={`Duplicate ${job.task}`} onClose={onClose}>
      <form className="form" onSubmit={submit}>
        <JsonEditor label="Payload" text={text} onChange={setText} />
        {text.includes('"***"') && <p className="muted">Secret fields are shown as "***": give them again.</p>}
        <JobOptions call="/v1/jobs" elsewhere={['task', 'payload']} body={body} onChange={setBody} errors={errors} />
        <FieldErrors errors={errors} />
        <footer className="buttons">
          <Button kind="primary" type="submit" busy={isPending} disabled={!payload.isJson}>
            Enqueue a new job
          </Button>
        </footer>
      </form>
    </Dialog>
  );
}
