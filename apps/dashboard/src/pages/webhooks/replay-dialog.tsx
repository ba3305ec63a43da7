import { type WebhookReplay } from '#libs/sdk';
import { type ReactNode, type SubmitEvent } from 'react';
import { fieldErrorsOf } from '../../api/failure';
import { leveret } from '../../api/leveret';
import { useAction } from '../../api/use-action';
import { Button } from '../../ui/button';
import { Dialog } from '../../ui/dialog';
import { FieldErrors } from '../../ui/field-errors';
import { formText } from '../../ui/form-text';
import { countText } from '../../ui/number-text';

interface ReplayDialogProps {
  readonly id: string;
  readonly onClose: () => void;
}

/** Delivers the ends of a time once more. */
export function ReplayDialog({ id, onClose }: ReplayDialogProps): ReactNode {
  const { mutate, isPending, error } = useAction(
    (time: WebhookReplay) => leveret.webhookEndpoints.replay(id, time),
    (count) => `${countText(count)} ends are on their way once more.`,
  );
  const submit = (event: SubmitEvent<HTMLFormElement>): void => {
    event.preventDefault();
    mutate(timeIn(event.currentTarget), { onSuccess: onClose });
  };
  return (
    <Dialog title="Replay" onClose={onClose}>
      <form className="form" onSubmit={submit}>
        <label>
          Ends since
          <input name="since" type="datetime-local" required />
        </label>
        <label>
          <span>
            And before <span className="muted">optional: now</span>
          </span>
          <input name="until" type="datetime-local" />
        </label>
        <label className="check">
          <input name="all" type="checkbox" />
          <span>Also what was delivered. The receiver knows it again by its webhook-id</span>
        </label>
        <FieldErrors errors={fieldErrorsOf(error)} />
        <footer className="buttons">
          <Button kind="primary" type="submit" busy={isPending}>
            Deliver once more
          </Button>
        </footer>
      </form>
    </Dialog>
  );
}

function timeIn(form: HTMLFormElement): WebhookReplay {
  const until = formText(form, 'until');
  return {
    since: new Date(formText(form, 'since')),
    which: formText(form, 'all') === '' ? 'undelivered' : 'all',
    ...(until === '' ? {} : { until: new Date(until) }),
  };
}
