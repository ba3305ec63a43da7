import { createContext, useContext } from 'react';
import { type Session } from '../api/own-calls';

/** What the session is remembered under. */
export const SESSION_KEY = ['session'] as const;

export const SessionContext = createContext<Session | null>(null);

/** Who is signed in. */
export function useSession(): Session {
  const session = useContext(SessionContext);
  if (session === null) throw new Error('Nobody is signed in here.');
  return session;
}

/** Whether who is signed in may do what needs a scope; an admin may everything. Without `jobs:read` one sees how jobs stand. */
export function useMay(scope: 'admin' | 'jobs:write' | 'jobs:read'): boolean {
  const { scopes } = useSession();
  return scopes.includes('admin') || scopes.includes(scope);
}
