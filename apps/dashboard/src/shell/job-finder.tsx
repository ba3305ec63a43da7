import { Search } from 'lucide-react';
import { type ReactNode, type SubmitEvent, useState } from 'react';
import { useNavigate } from 'react-router';

/** Opens a job by its id, from every page. */
export function JobFinder(): ReactNode {
  const navigate = useNavigate();
  const [id, setId] = useState('');
  const open = (event: SubmitEvent<HTMLFormElement>): void => {
    event.preventDefault();
    if (id.trim() === '') return;
    void navigate(`/jobs/${encodeURIComponent(id.trim())}`);
    setId('');
  };
  return (
    <form role="search" className="finder" onSubmit={open}>
      <Search size={14} aria-hidden />
      <input
        type="search"
        aria-label="Open a job by its id"
        placeholder="Open a job by its id"
        value={id}
        onChange={({ target }) => setId(target.value)}
      />
    </form>
  );
}
