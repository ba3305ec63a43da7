import { createContext, type ReactNode, useContext, useState } from 'react';
import { Button } from '../ui/button';
import { type FieldProps } from './field-props';
import { TextField } from './text-field';

const PLACEHOLDER = '{{';

/** Whether values may be taken of something that comes later, such as `{{data.customer.email}}`. */
export const PlaceholdersContext = createContext(false);

export function useTakesPlaceholders(): boolean {
  return useContext(PlaceholdersContext);
}

interface PlaceholderOrProps {
  readonly field: FieldProps;
  /** The field for a value that is known already. */
  readonly children: ReactNode;
}

/** A value that is given now, or a placeholder for one: that is a text, whatever the value will be. */
export function PlaceholderOr({ field, children }: PlaceholderOrProps): ReactNode {
  const { name, schema, value, onChange } = field;
  const [isLater, setLater] = useState(() => typeof value === 'string' && value.includes(PLACEHOLDER));
  const change = (): void => {
    setLater(!isLater);
    onChange(undefined);
  };
  const other = isLater ? 'Give a value' : 'From the event';
  const description = `${schema.description ?? ''} A placeholder such as {{data.customer.email}} stands for what the event has.`;
  return (
    <div className="placeholder-field">
      {isLater ? <TextField {...field} schema={{ type: 'string', description }} /> : children}
      <Button kind="quiet" aria-label={`${other}: ${name}`} onClick={change}>
        {other}
      </Button>
    </div>
  );
}
