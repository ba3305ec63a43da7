import { type Scope } from '#libs/sdk';
import { type ReactNode, type SubmitEvent } from 'react';
import { fieldErrorsOf } from '../../api/failure';
import { leveret } from '../../api/leveret';
import { useAction } from '../../api/use-action';
import { useSession } from '../../shell/session';
import { Button } from '../../ui/button';
import { Dialog } from '../../ui/dialog';
import { FieldErrors } from '../../ui/field-errors';
import { formText } from '../../ui/form-text';
import { SecretDialog } from '../../ui/secret-dialog';

const SCOPES: readonly { readonly scope: Scope; readonly means: string }[] = [
  { scope: 'jobs:read', means: 'see jobs, tasks, schedules and triggers of its tenant' },
  {
    scope: 'jobs:outline',
    means: 'see how jobs stand, and nothing of what is in them, unless jobs:read is chosen too',
  },
  { scope: 'jobs:write', means: 'enqueue, cancel, retry and schedule' },
  { scope: 'admin', means: 'everything, in every tenant' },
];

/** Makes a key, and shows its secret this once. */
export function NewKeyDialog({ onClose }: { readonly onClose: () => void }): ReactNode {
  const { tenant } = useSession();
  const { mutate, isPending, error, data } = useAction(
    leveret.apiKeys.create.bind(leveret.apiKeys),
    ({ name }) => `${name} is made.`,
  );
  const submit = (event: SubmitEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const form = event.currentTarget;
    const scopes = new FormData(form).getAll('scope') as Scope[];
    mutate({ name: formText(form, 'name'), tenant: formText(form, 'tenant'), scopes });
  };
  if (data !== undefined) {
    return (
      <SecretDialog title="The key" secret={data.secret} what="the key" onClose={onClose}>
        Copy it now: it is shown this once, and stored nowhere.
      </SecretDialog>
    );
  }
  return (
    <Dialog title="Create an API key" onClose={onClose}>
      <form className="form" onSubmit={submit}>
        <label>
          What it is for
          <input name="name" type="text" required maxLength={100} />
        </label>
        <label>
          Tenant
          <input name="tenant" type="text" required defaultValue={tenant} />
        </label>
        <ScopeFields />
        <FieldErrors errors={fieldErrorsOf(error)} />
        <footer className="buttons">
          <Button kind="primary" type="submit" busy={isPending}>
            Create the key
          </Button>
        </footer>
      </form>
    </Dialog>
  );
}

function ScopeFields(): ReactNode {
  return (
    <fieldset>
      <legend>It may</legend>
      {SCOPES.map(({ scope, means }) => (
        <label key={scope} className="check">
          <input name="scope" type="checkbox" value={scope} defaultChecked={scope === 'jobs:read'} />
          <span>
            <code>{scope}</code> {means}
          </span>
        </label>
      ))}
    </fieldset>
  );
}
