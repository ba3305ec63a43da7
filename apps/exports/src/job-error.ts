import { PermanentError, TemporaryError } from '#libs/consumer';
import { DatabaseTrouble, DatasetRefusal } from '#libs/datasets';

/** Runs a task's work; what datasets and databases refuse becomes the error that says what follows for the job. */
export async function withJobErrors<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof DatasetRefusal) throw new PermanentError(error.code, error.message, { cause: error });
    if (error instanceof DatabaseTrouble) throw new TemporaryError(error.code, error.message, { cause: error });
    throw error;
  }
}
