import { type ReactNode, useContext } from 'react';
import { HeldTablesContext } from './held-tables';

interface LiveMarkProps {
  /** Of what it stands beside; without it, of all tables of the page. */
  readonly isHeld?: boolean;
}

/** Says whether what is shown moves. */
export function LiveMark(props: LiveMarkProps): ReactNode {
  const tables = useContext(HeldTablesContext);
  const { isHeld = tables.isHeld } = props;
  return (
    <span className="live-mark" data-held={isHeld}>
      {isHeld ? 'Held while you point at it' : 'Live'}
    </span>
  );
}
