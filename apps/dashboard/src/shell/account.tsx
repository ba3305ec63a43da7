import { useMutation, useQueryClient } from '@tanstack/react-query';
import { CircleUser } from 'lucide-react';
import { DropdownMenu } from 'radix-ui';
import { type ReactNode } from 'react';
import { sentenceOf } from '../api/failure';
import { signOut } from '../api/own-calls';
import { useNotify } from '../ui/notices';
import { useSession } from './session';

/** Who is signed in, and the way out. */
export function Account(): ReactNode {
  const { name, tenant, scopes } = useSession();
  const queries = useQueryClient();
  const notify = useNotify();
  const { mutate } = useMutation({
    mutationFn: signOut,
    onSuccess: () => queries.resetQueries(),
    onError: (error) => notify('failed', `You are still signed in. ${sentenceOf(error)}`),
  });
  return (
    // What makes a menu modal sets styles that the page's policy refuses.
    <DropdownMenu.Root modal={false}>
      <DropdownMenu.Trigger className="icon-button with-text" aria-label={`Signed in as ${name}`}>
        <CircleUser size={16} aria-hidden />
        <span className="wide-only">{name}</span>
      </DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content className="menu" align="end" sideOffset={6}>
          <DropdownMenu.Label className="menu-label">
            {name}
            <span className="muted">
              Tenant {tenant} · {scopes.join(', ')}
            </span>
          </DropdownMenu.Label>
          <DropdownMenu.Item className="menu-item" onSelect={() => mutate()}>
            Sign out
          </DropdownMenu.Item>
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  );
}
