import { type ReactNode, type SubmitEvent } from 'react';
import { useNavigate } from 'react-router';
import { Button } from '../../ui/button';
import { formText } from '../../ui/form-text';
import { Page } from '../../ui/page';

/** Opens a batch by its id; the gateway lists none. */
export function BatchFinder(): ReactNode {
  const navigate = useNavigate();
  const open = (event: SubmitEvent<HTMLFormElement>): void => {
    event.preventDefault();
    void navigate(`/batches/${encodeURIComponent(formText(event.currentTarget, 'id'))}`);
  };
  return (
    <Page title="Batches">
      <form className="card form batch-finder" onSubmit={open}>
        <label>
          Id of the batch
          <input name="id" type="text" required />
        </label>
        <p className="muted">The answer to whoever enqueued it has the id, and each of its jobs leads to it.</p>
        <footer className="buttons">
          <Button kind="primary" type="submit">
            Open
          </Button>
        </footer>
      </form>
    </Page>
  );
}
