import { type ReactNode } from 'react';
import { Page } from '../ui/page';

export function NotFound(): ReactNode {
  return (
    <Page title="Nothing here">
      <p className="empty">There is no such page, or your key does not open it.</p>
    </Page>
  );
}
