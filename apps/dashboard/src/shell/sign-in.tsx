import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { type ReactNode, type SubmitEvent, useState } from 'react';
import { sentenceOf } from '../api/failure';
import { readHasProvider, signIn } from '../api/own-calls';
import { Button } from '../ui/button';
import { useTitle } from '../ui/use-title';
import logo from './leveret.svg';
import { SESSION_KEY } from './session';

/** Exchanges an API key for a session. The key is kept nowhere. */
export function SignIn({ trouble }: { readonly trouble: string | null }): ReactNode {
  useTitle('Sign in');
  const queries = useQueryClient();
  const [key, setKey] = useState('');
  const { mutate, isPending, error } = useMutation({
    mutationFn: signIn,
    onSuccess: (session) => {
      // What somebody else has seen here is not shown to who comes now.
      queries.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== SESSION_KEY[0] });
      queries.setQueryData(SESSION_KEY, session);
    },
  });
  const submit = (event: SubmitEvent<HTMLFormElement>): void => {
    event.preventDefault();
    mutate(key);
  };
  const said = error === null ? (trouble ?? troubleIn(location.search)) : sentenceOf(error);
  return (
    <main className="sign-in">
      <form className="card sign-in-card" onSubmit={submit}>
        <img src={logo} alt="" width={40} height={40} />
        <h1>Sign in to Leveret</h1>
        <label htmlFor="api-key">API key</label>
        <input
          id="api-key"
          type="password"
          autoComplete="current-password"
          required
          autoFocus
          value={key}
          aria-describedby="api-key-help"
          onChange={({ target }) => setKey(target.value)}
        />
        <p id="api-key-help" className="muted">
          You see and may do what the key may. The session lasts twelve hours.
        </p>
        {said !== null && (
          <p role="alert" className="problem">
            {said}
          </p>
        )}
        <Button kind="primary" type="submit" busy={isPending}>
          Sign in
        </Button>
        <ProviderLink />
      </form>
    </main>
  );
}

/** The other way in, where there is one. It leads back to the page that is looked at. */
function ProviderLink(): ReactNode {
  const { data: hasProvider = false } = useQuery({
    queryKey: [...SESSION_KEY, 'ways'],
    queryFn: ({ signal }) => readHasProvider(signal),
  });
  if (!hasProvider) return null;
  const page = troubleIn(location.search) === null ? location.pathname + location.search : '/';
  return (
    <a className="button plain" href={`/v1/session/openid?page=${encodeURIComponent(page)}`}>
      Sign in with OpenID Connect
    </a>
  );
}

const TROUBLES: ReadonlyMap<string, string> = new Map([
  [
    'failed',
    'The provider has not confirmed who you are, or cannot be reached. The log of the gateway says why. Try again.',
  ],
  ['refused', 'The provider knows you, but you have no role here. Whoever runs Leveret can give you one.'],
]);

/** What went wrong at the provider, as the gateway writes it into the address. */
function troubleIn(search: string): string | null {
  return TROUBLES.get(new URLSearchParams(search).get('trouble') ?? '') ?? null;
}
