import { type FieldError } from '../errors.js';

/** Why something that starts jobs has started none. */
export interface NoJobReason {
  readonly code: string;
  readonly message: string;
  /** The fields of the job that are wrong. */
  readonly errors?: readonly FieldError[];
}
