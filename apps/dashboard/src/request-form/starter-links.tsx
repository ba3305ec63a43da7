import { type ReactNode } from 'react';
import { Link } from 'react-router';
import { useMay } from '../shell/session';
import { type Starter, type StarterKind } from './starter-kind';

/** Leads from a list to the form that makes one more. */
export function NewLink({ kind: { name, list } }: { readonly kind: StarterKind }): ReactNode {
  const mayWrite = useMay('jobs:write');
  return (
    mayWrite && (
      <Link className="button primary" to={`${list}/new`}>
        Create a {name}
      </Link>
    )
  );
}

interface ChangeLinkProps {
  readonly kind: StarterKind;
  readonly of: Starter;
}

/** Leads to the form that changes one. */
export function ChangeLink({ kind: { list }, of: { id } }: ChangeLinkProps): ReactNode {
  return (
    <Link className="button" to={`${list}/${id}/change`}>
      Change
    </Link>
  );
}
