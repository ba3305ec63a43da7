import { type WebhookEndpoint, type WebhookEndpointRequest } from '#libs/sdk';
import { type ReactNode, type SubmitEvent } from 'react';
import { fieldErrorsOf } from '../../api/failure';
import { Button } from '../../ui/button';
import { FieldErrors } from '../../ui/field-errors';
import { formText } from '../../ui/form-text';

/** An endpoint as a form gives it: null for what is left open. */
export interface EndpointFields {
  readonly url: string;
  readonly description: string | null;
  readonly events: readonly string[] | null;
  readonly tasks: readonly string[] | null;
  readonly queues: readonly string[] | null;
  readonly concurrency: number | null;
}

interface EndpointFormProps {
  /** What it is now, when it is to be changed. */
  readonly endpoint?: WebhookEndpoint;
  readonly action: string;
  readonly isPending: boolean;
  readonly error: Error | null;
  readonly onSubmit: (fields: EndpointFields) => void;
}

/** Where webhooks go, and of which ends. What is wrong is said by the gateway, field by field. */
export function EndpointForm({ endpoint, action, isPending, error, onSubmit }: EndpointFormProps): ReactNode {
  const submit = (event: SubmitEvent<HTMLFormElement>): void => {
    event.preventDefault();
    onSubmit(fieldsOf(event.currentTarget));
  };
  return (
    <form className="form" onSubmit={submit}>
      <label>
        Address
        <input name="url" type="url" required placeholder="https://" defaultValue={endpoint?.url} />
      </label>
      <label>
        <span>
          What it is for <span className="muted">optional</span>
        </span>
        <input name="description" type="text" maxLength={500} defaultValue={endpoint?.description ?? ''} />
      </label>
      <ListInput name="events" label="Ends" hint="job.*" value={endpoint?.events} />
      <ListInput name="tasks" label="Of these tasks alone" hint="every task" value={endpoint?.tasks} />
      <ListInput name="queues" label="In these queues alone" hint="every queue" value={endpoint?.queues} />
      <label>
        <span>
          Deliveries at once <span className="muted">optional</span>
        </span>
        <input
          name="concurrency"
          type="number"
          min={1}
          max={50}
          placeholder="no limit"
          defaultValue={endpoint?.concurrency ?? ''}
        />
      </label>
      <FieldErrors errors={fieldErrorsOf(error)} />
      <footer className="buttons">
        <Button kind="primary" type="submit" busy={isPending}>
          {action}
        </Button>
      </footer>
    </form>
  );
}

interface ListInputProps {
  readonly name: string;
  readonly label: string;
  readonly hint: string;
  readonly value: readonly string[] | null | undefined;
}

function ListInput({ name, label, hint, value }: ListInputProps): ReactNode {
  return (
    <label>
      <span>
        {label} <span className="muted">separated by commas, optional</span>
      </span>
      <input name={name} type="text" placeholder={hint} defaultValue={value?.join(', ') ?? ''} />
    </label>
  );
}

function fieldsOf(form: HTMLFormElement): EndpointFields {
  const text = (name: string): string | null => formText(form, name) || null;
  const list = (name: string): readonly string[] | null =>
    text(name)
      ?.split(',')
      .map((item) => item.trim()) ?? null;
  const concurrency = text('concurrency');
  return {
    ...{ url: formText(form, 'url'), description: text('description') },
    ...{ events: list('events'), tasks: list('tasks'), queues: list('queues') },
    concurrency: concurrency === null ? null : Number(concurrency),
  };
}

/** A new endpoint has no field that is left open. */
export function requestOf(fields: EndpointFields): WebhookEndpointRequest {
  const given = Object.entries(fields).filter(([, value]) => value !== null);
  return Object.fromEntries(given) as unknown as WebhookEndpointRequest;
}
