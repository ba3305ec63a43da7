import { hashKey, useQuery, useQueryClient } from '@tanstack/react-query';
import { type ReactNode, useEffect } from 'react';
import { isSignedOut, sentenceOf } from '../api/failure';
import { readSession } from '../api/own-calls';
import { SESSION_KEY, SessionContext } from './session';
import { SignIn } from './sign-in';

const LOOK_EVERY_MS = 60_000;
const SESSION_HASH = hashKey(SESSION_KEY);

/** Shows the pages to who is signed in, and to others the way in. The address stays, so it is where they get to. */
export function SessionGate({ children }: { readonly children: ReactNode }): ReactNode {
  const { data, error, isPending } = useQuery({
    queryKey: SESSION_KEY,
    queryFn: ({ signal }) => readSession(signal),
    refetchInterval: LOOK_EVERY_MS,
  });
  useSignedOutWatch();
  if (isPending) return null;
  if (isSignedOut(error) || data === undefined) {
    return <SignIn trouble={error === null || isSignedOut(error) ? null : sentenceOf(error)} />;
  }
  return <SessionContext value={data}>{children}</SessionContext>;
}

/** A session that ends is noticed by whatever call is refused first. */
function useSignedOutWatch(): void {
  const queries = useQueryClient();
  useEffect(
    () =>
      queries.getQueryCache().subscribe(({ type, query }) => {
        if (type !== 'updated' || query.queryHash === SESSION_HASH || !isSignedOut(query.state.error)) return;
        void queries.invalidateQueries({ queryKey: SESSION_KEY });
      }),
    [queries],
  );
}
