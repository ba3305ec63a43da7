import { type ReactNode } from 'react';
import { useParams } from 'react-router';
import { useOnce } from '../api/use-once';
import { Loaded } from '../ui/loaded';
import { Page } from '../ui/page';
import { bodyOf, changesOf } from './changes';
import { StarterForm } from './starter-form';
import { type StarterKind } from './starter-kind';

/** Changes something that starts jobs. What is sent is what was changed here. */
export function ChangeStarter({ kind }: { readonly kind: StarterKind }): ReactNode {
  const { id = '' } = useParams();
  const query = useOnce([kind.name, id, 'to change'], (signal) => kind.calls.get(id, { signal }));
  return (
    <Page title={`Change ${query.data?.name ?? `a ${kind.name}`}`}>
      <Loaded query={query}>
        {(shown) => (
          <StarterForm
            kind={kind}
            begin={(schema) => bodyOf(shown, schema)}
            action="Change"
            save={(body, before) => kind.calls.update(id, changesOf(before, body))}
            done={({ name }) => `${name} is changed.`}
          />
        )}
      </Loaded>
    </Page>
  );
}
