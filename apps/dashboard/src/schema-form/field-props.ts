import { type ReactNode } from 'react';
import { type Schema } from './schema';

/** A field of a form. */
export interface FieldProps {
  readonly name: string;
  /** As the gateway names it when it is wrong: `payload.variants.0.width`. */
  readonly path: string;
  readonly schema: Schema;
  /** The task's whole schema, which references lead into. */
  readonly root: Schema;
  readonly isRequired: boolean;
  /** Undefined: not given. */
  readonly value: unknown;
  readonly onChange: (value: unknown) => void;
  /** What the gateway said is wrong, by path. */
  readonly errors: ReadonlyMap<string, string>;
}

/** A field that has fields in it: it is given what makes the field that fits a schema. */
export interface OuterFieldProps extends FieldProps {
  readonly Inner: (props: FieldProps) => ReactNode;
}
