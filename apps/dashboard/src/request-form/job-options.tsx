import { type ReactNode, useState } from 'react';
import { Button } from '../ui/button';
import { Loaded } from '../ui/loaded';
import { BodyFields, type BodyProps } from './body-fields';
import { type BodyCall, useBodySchema } from './use-body-schema';

interface JobOptionsProps extends BodyProps {
  readonly call: BodyCall;
  /** Fields of the body that have a place of their own. */
  readonly elsewhere: readonly string[];
}

/** What may be said of a job beside its task and payload. Once shown it stays so: nothing in it is wrong out of sight. */
export function JobOptions({ call, elsewhere, ...rest }: JobOptionsProps): ReactNode {
  const [isShown, setShown] = useState(false);
  const query = useBodySchema(call);
  const names = Object.keys(query.data?.properties ?? {}).filter((name) => !elsewhere.includes(name));
  const given = names.filter((name) => rest.body[name] !== undefined).length;
  return (
    <Loaded query={query}>
      {(schema) =>
        isShown ? (
          <fieldset ref={focus} tabIndex={-1}>
            <legend>Options</legend>
            <BodyFields schema={schema} names={names} {...rest} />
          </fieldset>
        ) : (
          <Button aria-expanded={false} onClick={() => setShown(true)}>
            {given === 0 ? 'Options' : `Options (${given} given)`}
          </Button>
        )
      }
    </Loaded>
  );
}

/** Who opens the options by keys goes on in them: the button that was pressed is no more. */
function focus(opened: HTMLElement | null): void {
  opened?.focus();
}
