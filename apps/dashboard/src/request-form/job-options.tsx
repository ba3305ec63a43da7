import { type ReactNode, useState } from 'react';
import { Button } from '../ui/button';
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
  const schema = useBodySchema(call);
  if (schema === undefined) return null;
  const names = Object.keys(schema.properties ?? {}).filter((name) => !elsewhere.includes(name));
  const given = names.filter((name) => rest.body[name] !== undefined).length;
  if (!isShown) {
    return (
      <Button aria-expanded={false} onClick={() => setShown(true)}>
        {given === 0 ? 'Options' : `Options (${given} given)`}
      </Button>
    );
  }
  return (
    <fieldset>
      <legend>Options</legend>
      <BodyFields schema={schema} names={names} {...rest} />
    </fieldset>
  );
}
