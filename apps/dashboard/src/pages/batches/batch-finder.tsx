import { type ReactNode, type SubmitEvent } from 'react';
import { useNavigate } from 'react-router';
import { formText } from '../../ui/form-text';

/** Opens a batch by its id, which whoever has enqueued it knows. */
export function BatchFinder(): ReactNode {
  const navigate = useNavigate();
  const open = (event: SubmitEvent<HTMLFormElement>): void => {
    event.preventDefault();
    void navigate(`/batches/${encodeURIComponent(formText(event.currentTarget, 'id'))}`);
  };
  return (
    <form onSubmit={open}>
      <label>
        Id
        <input name="id" type="text" required placeholder="Open a batch, Enter" />
      </label>
    </form>
  );
}
