import { PermanentError, TemporaryError } from '#libs/consumer';
import { DatabaseTrouble, DatasetRefusal } from '#libs/datasets';

/** The error of a job that an error of a dataset stands for. */
export function asJobError(error: unknown): unknown {
  if (error instanceof DatasetRefusal) return new PermanentError(error.code, error.message, { cause: error });
  if (error instanceof DatabaseTrouble) return new TemporaryError(error.code, error.message, { cause: error });
  return error;
}
