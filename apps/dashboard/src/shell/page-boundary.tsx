import { type ReactNode } from 'react';
import { ErrorBoundary } from 'react-error-boundary';
import { useLocation } from 'react-router';
import { Button } from '../ui/button';
import { Page } from '../ui/page';

/** Holds a page, which begins anew at another path. One that throws is said to have failed, and what is around it stays. */
export function PageBoundary({ children }: { readonly children: ReactNode }): ReactNode {
  const { pathname, key } = useLocation();
  return (
    <ErrorBoundary key={pathname} resetKeys={[key]} FallbackComponent={FailedPage}>
      {children}
    </ErrorBoundary>
  );
}

/** Does not say what was thrown: that may have come from a job. */
function FailedPage(): ReactNode {
  return (
    <Page title="This page has failed" actions={<Button onClick={() => location.reload()}>Load it again</Button>}>
      <p role="alert" className="problem">
        The dashboard cannot show what is here. The console of the browser says what happened.
      </p>
    </Page>
  );
}
