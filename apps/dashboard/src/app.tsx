import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { Tooltip } from 'radix-ui';
import { type ReactNode } from 'react';
import { BrowserRouter } from 'react-router';
import { SessionGate } from './shell/session-gate';
import { ConfirmationProvider } from './ui/confirmation';
import { NoticeProvider } from './ui/notices';
import { Pages } from './pages/pages';

/** The client itself sends a call again where that helps; what is shown is asked for anew all the time. */
const queries = new QueryClient({ defaultOptions: { queries: { retry: false, staleTime: 1_000 } } });

export function App(): ReactNode {
  return (
    <QueryClientProvider client={queries}>
      <Tooltip.Provider delayDuration={300}>
        <NoticeProvider>
          <ConfirmationProvider>
            {/* Filters are read out of the address: a box that is ticked has to be so at once. */}
            <BrowserRouter useTransitions={false}>
              <SessionGate>
                <Pages />
              </SessionGate>
            </BrowserRouter>
          </ConfirmationProvider>
        </NoticeProvider>
      </Tooltip.Provider>
    </QueryClientProvider>
  );
}
