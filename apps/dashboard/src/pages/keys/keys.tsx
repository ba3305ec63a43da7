import { type ApiKey } from '#libs/sdk';
import { type ReactNode, useState } from 'react';
import { leveret } from '../../api/leveret';
import { useAction } from '../../api/use-action';
import { useLive } from '../../api/use-live';
import { Button } from '../../ui/button';
import { useConfirm } from '../../ui/confirmation';
import { Loaded } from '../../ui/loaded';
import { Page } from '../../ui/page';
import { Pager, useCursor } from '../../ui/pager';
import { type Column, Table } from '../../ui/table';
import { Time } from '../../ui/time';
import { NewKeyDialog } from './new-key-dialog';

/** The API keys in force. */
export function Keys(): ReactNode {
  const [isCreating, setCreating] = useState(false);
  const cursor = useCursor();
  const query = useLive(['keys', cursor], (signal) => leveret.apiKeys.list({ cursor }).page({ signal }));
  return (
    <Page
      title="API keys"
      actions={
        <Button kind="primary" onClick={() => setCreating(true)}>
          Create a key
        </Button>
      }
    >
      <div className="card">
        <Loaded query={query}>
          {({ data }) => (
            <Table label="API keys" columns={COLUMNS} rows={data} keyOf={({ id }) => id} empty="There is no key." />
          )}
        </Loaded>
      </div>
      <Pager nextCursor={query.data?.nextCursor ?? null} />
      {isCreating && <NewKeyDialog onClose={() => setCreating(false)} />}
    </Page>
  );
}

const COLUMNS: readonly Column<ApiKey>[] = [
  { name: 'Name', cell: ({ name }) => name },
  { name: 'Tenant', cell: ({ tenant }) => tenant },
  { name: 'Scopes', cell: ({ scopes }) => scopes.join(', ') },
  { name: 'Ends in', cell: ({ hint }) => <code>…{hint}</code>, isMinor: true },
  { name: 'Created', cell: ({ createdAt }) => <Time at={createdAt} />, isMinor: true },
  { name: 'Last used', cell: ({ lastUsedAt }) => <Time at={lastUsedAt} /> },
  {
    name: 'Do',
    isNameless: true,
    cell: (key) => (key.isConfigured ? <span className="muted">by setting</span> : <RevokeButton apiKey={key} />),
  },
];

function RevokeButton({ apiKey: { id, name, tenant } }: { readonly apiKey: ApiKey }): ReactNode {
  const confirm = useConfirm();
  const { mutate, isPending } = useAction(
    () => leveret.apiKeys.revoke(id),
    () => `${name} is revoked.`,
  );
  const revoke = async (): Promise<void> => {
    const body = `Within five seconds nobody of tenant ${tenant} gets in with it any more, here or by the API.`;
    if (await confirm({ title: `Revoke ${name}?`, body, action: 'Revoke the key', danger: true })) mutate(undefined);
  };
  return (
    <Button kind="quiet" busy={isPending} onClick={() => void revoke()}>
      Revoke
    </Button>
  );
}
