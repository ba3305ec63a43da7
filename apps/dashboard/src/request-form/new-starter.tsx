import { type ReactNode } from 'react';
import { useSearchParams } from 'react-router';
import { Page } from '../ui/page';
import { StarterForm } from './starter-form';
import { type StarterKind } from './starter-kind';

/** Makes something that starts jobs of the task that the address may name. */
export function NewStarter({ kind }: { readonly kind: StarterKind }): ReactNode {
  const [parameters] = useSearchParams();
  const task = parameters.get('task');
  return (
    <Page title={`New ${kind.name}`}>
      <StarterForm
        kind={kind}
        begin={() => ({ ...kind.fresh(), ...(task !== null && { task }) })}
        action="Create"
        save={(body) => kind.calls.create(body)}
        done={({ name }) => `${name} is created.`}
      />
    </Page>
  );
}
