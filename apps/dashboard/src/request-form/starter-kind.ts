import { type ReactNode } from 'react';
import { type Body, type OwnFieldsProps } from './body-fields';
import { type BodyCall } from './use-body-schema';

/** Something that starts jobs. */
export interface Starter {
  readonly id: string;
  readonly name: string;
}

/** What is different in the forms of schedules and of triggers. */
export interface StarterKind {
  /** What it is: "schedule". */
  readonly name: string;
  /** The page of the list, below which are those of each. */
  readonly list: string;
  readonly call: BodyCall;
  /** What says when jobs are started, and the fields that it shows. */
  readonly Own: (props: OwnFieldsProps) => ReactNode;
  readonly own: readonly string[];
  /** What a new one has before anything is filled in. */
  readonly fresh: () => Body;
  /** Whether values of the payload may come later. */
  readonly takesPlaceholders: boolean;
  readonly calls: {
    readonly get: (id: string, options: { readonly signal: AbortSignal }) => Promise<Starter>;
    readonly create: (body: Body) => Promise<Starter>;
    readonly update: (id: string, changes: Body) => Promise<Starter>;
  };
}
