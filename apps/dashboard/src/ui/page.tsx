import { type ReactNode, useMemo, useState } from 'react';
import { HeldTablesContext } from './held-tables';
import { useTitle } from './use-title';

interface PageProps {
  readonly title: string;
  /** Beside the title. */
  readonly aside?: ReactNode;
  /** What can be done with what the page is about. */
  readonly actions?: ReactNode;
  readonly children: ReactNode;
}

export function Page({ title, aside, actions, children }: PageProps): ReactNode {
  useTitle(title);
  const [isHeld, report] = useState(false);
  const tables = useMemo(() => ({ isHeld, report }), [isHeld]);
  return (
    <HeldTablesContext value={tables}>
      <header className="page-header">
        <h1>{title}</h1>
        {aside}
        <span className="spacer" />
        <div className="buttons">{actions}</div>
      </header>
      {children}
    </HeldTablesContext>
  );
}

interface SectionProps {
  readonly title: string;
  readonly aside?: ReactNode;
  readonly children: ReactNode;
}

/** A part of a page under a heading of its own. */
export function Section({ title, aside, children }: SectionProps): ReactNode {
  return (
    <section className="card" aria-label={title}>
      <header className="section-header">
        <h2>{title}</h2>
        <span className="spacer" />
        {aside}
      </header>
      {children}
    </section>
  );
}
