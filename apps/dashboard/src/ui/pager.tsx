import { type ReactNode } from 'react';
import { useSearchParams } from 'react-router';
import { Button } from './button';

/** Where a list goes on stands in the address, so that going back in the browser goes back in the list. */
export function useCursor(): string | undefined {
  const [parameters] = useSearchParams();
  return parameters.get('cursor') ?? undefined;
}

/** The ways on in a list that comes in parts. */
export function Pager({ nextCursor }: { readonly nextCursor: string | null }): ReactNode {
  const [parameters, setParameters] = useSearchParams();
  const goTo = (cursor: string | null): void => {
    const next = new URLSearchParams(parameters);
    if (cursor === null) next.delete('cursor');
    else next.set('cursor', cursor);
    setParameters(next);
  };
  const isFirst = !parameters.has('cursor');
  if (isFirst && nextCursor === null) return null;
  return (
    <nav className="pager buttons" aria-label="Parts of the list">
      <Button disabled={isFirst} onClick={() => goTo(null)}>
        Newest
      </Button>
      <Button disabled={nextCursor === null} onClick={() => goTo(nextCursor)}>
        Older
      </Button>
    </nav>
  );
}
